package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexPlanTest {
  @ParameterizedTest
  @CsvSource({
    "1000, 64, 0, 0.95, 100, Flat",
    "200000, 64, 0, 0.9999, 1000, Flat",
    "1000000, 64, 0, 0.95, 1000, HNSW32",
    "1000000, 64, 0, 0.95, 400, 'IVF2048,Flat'",
    "1000000, 64, 0.5, 0.95, 1000, 'IVF2048,Flat'",
    "1000000, 64, 0, 0.95, 100, 'IVF2048,SQ8'",
  })
  void choice_bySizeLengthsAimAndMemory(
      int size, int dimension, double lengths, double recall, long megabytes, String factory) {
    IndexChoice choice =
        IndexChoice.of(size, dimension, lengths, new IndexChoice.Aim(recall, megabytes << 20));
    assertThat(choice.factory()).isEqualTo(factory);
    assertThat(choice.bytes()).isBetween((long) size * dimension, megabytes << 20);
    assertThat(choice.text()).startsWith("index " + factory + ": ");
  }

  @Test
  void choice_withoutMemory_isRefused() {
    assertThatThrownBy(() -> IndexChoice.of(1_000_000, 64, 0, new IndexChoice.Aim(0.9, 10 << 20)))
        .isInstanceOf(AnnException.class)
        .hasMessage(
            "memory for 1000000 vectors of dimension 64 expected, 69 MiB at least, got 10 MiB");
    assertThatThrownBy(() -> new IndexChoice.Aim(1.5, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void choice_withAlmostEnoughMemory_isRefusedWithTwoNumbers() {
    IndexChoice.Aim aim = new IndexChoice.Aim(0.9, 1_000_000 * (64 + 8) - 1);
    assertThatThrownBy(() -> IndexChoice.of(1_000_000, 64, 0, aim))
        .hasMessageEndingWith("69 MiB at least, got 68 MiB");
  }

  /** The memory of the aim is what the choice of a kind may use. */
  @Test
  void plan_givenKind_isNotRefusedByTheMemoryOfTheAim() {
    float[] vectors = TestVectors.clustered(3000, 16, 30, 2);
    IndexPlan plan =
        IndexPlan.of(vectors, 16, Optional.of("PQ8"), new IndexChoice.Aim(0.9, 1 << 10));
    assertThat(plan.choice().factory()).isEqualTo("PQ8");
    assertThat(plan.choice().reason()).isEqualTo("as asked for");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Flat | 3000",
        "PQ8 | 3000",
        "SQ8 | 3000",
        "HNSW16 | 3000",
        "IVF256,Flat | 3000",
        "PCA8,IVF256,SQ8 | 3000",
        "PQ4x9 | 3000",
        "IVF64,PQ8 | 400",
        "HNSW8 | 100"
      })
  void plan_givenKind_estimatesItsOwnBytesAndTime(String factory, int size) {
    float[] vectors = TestVectors.clustered(size, 16, 30, 2);
    IndexPlan plan =
        IndexPlan.of(vectors, 16, Optional.of(factory), new IndexChoice.Aim(0.9, 1 << 30));
    assertThat(plan.estimate(FaissBuild.DEFAULT)).contains(size + " vectors of dimension 16");
    long[] ids = TestVectors.ids(size);
    try (FaissIndex index = FaissIndex.build(factory, vectors, 16, ids, FaissBuild.DEFAULT)) {
      assertThat((double) plan.choice().bytes())
          .isCloseTo((double) index.bytes(), withinPercentage(20.0));
    }
  }

  @Test
  void build_planned_reachesItsAimAndLoads(@TempDir Path folder) {
    float[] vectors = TestVectors.clustered(3000, 16, 30, 2);
    long[] ids = TestVectors.ids(3000);
    Path file = folder.resolve("items.faiss");
    for (String factory : new String[] {"auto", "HNSW16", "IVF64,SQ8"}) {
      IndexPlan plan =
          IndexPlan.of(
              vectors,
              16,
              factory.equals("auto") ? Optional.empty() : Optional.of(factory),
              new IndexChoice.Aim(0.9, 1 << 30));
      assertThat(plan.estimate(FaissBuild.DEFAULT)).contains("3000 vectors of dimension 16");
      IndexPlan.Outcome outcome = plan.build(vectors, 16, ids, FaissBuild.DEFAULT, file);
      assertThat(outcome.recall()).isGreaterThanOrEqualTo(0.9);
      try (FaissIndex loaded = FaissIndex.load(file)) {
        assertThat(loaded.size()).isEqualTo(3000);
        assertThat(loaded.description()).isEqualTo(plan.choice().factory());
      }
    }
  }

  @Test
  void spread_ofLengths_isTheirDeviationOverTheirMean() {
    float[] rows = {3, 4, 0, 10, -6, 8, 5, 0}; // lengths 5, 10, 10 and 5
    assertThat(IndexPlan.spread(rows, 2)).isCloseTo(2.5 / 7.5, within(1e-12));
    assertThat(IndexPlan.spread(new float[] {2, 0, 0, 2}, 2)).isZero();
    assertThat(IndexPlan.spread(new float[4], 2)).as("rows of zeros").isZero();
    assertThat(IndexPlan.spread(new float[0], 2)).as("no rows").isZero();
  }

  @Test
  void plan_ofUnequalLengths_choosesNoGraph() {
    int size = 30_000;
    float[] equal = TestVectors.clustered(size, 8, 30, 3);
    float[] unequal = equal.clone();
    for (int row = 0; row < size; row++) {
      double length = Math.sqrt(ExactIndex.innerProduct(equal, 8 * row, equal, 8 * row, 8));
      for (int i = 8 * row; i < 8 * row + 8; i++) {
        equal[i] /= (float) length;
        unequal[i] = equal[i] * (1 + row % 7);
      }
    }
    IndexChoice.Aim aim = new IndexChoice.Aim(0.9, 1L << 30);
    IndexPlan graph = IndexPlan.of(equal, 8, Optional.empty(), aim);
    IndexPlan lists = IndexPlan.of(unequal, 8, Optional.empty(), aim);
    assertThat(graph.choice().factory()).isEqualTo("HNSW32");
    assertThat(lists.choice().factory()).startsWith("IVF");
    assertThat(graph.estimate(new FaissBuild(1, 3)))
        .contains("30000 vectors of dimension 8: about 8 MiB, about", "with 3 threads");
  }

  @Test
  void build_ofFewVectors_measuresARecallOfOneAtTheSmallestBreadth(@TempDir Path folder) {
    float[] vectors = TestVectors.clustered(5, 4, 2, 4);
    IndexPlan plan = IndexPlan.of(vectors, 4, Optional.empty(), new IndexChoice.Aim(1, 1L << 20));
    Path file = folder.resolve("few.faiss");
    IndexPlan.Outcome outcome =
        plan.build(vectors, 4, TestVectors.ids(5), FaissBuild.DEFAULT, file);
    assertThat(outcome.recall()).isEqualTo(1);
    assertThat(outcome.breadth()).isEqualTo(8);
    assertThat(outcome.seconds()).isBetween(0.0, 60.0);
    assertThat(outcome.text()).contains("recall@10 1.0000 with breadth 8");
  }
}
