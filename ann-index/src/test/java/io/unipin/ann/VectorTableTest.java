package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VectorTableTest {
  private static final float[] ROWS = {1, 2, 3, 4, 5, 6};

  @Test
  void of_aBuffer_readsFromItsBeginningToItsLimit() {
    FloatBuffer buffer = FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
    buffer.position(3).limit(6);
    VectorTable table = VectorTable.of(buffer, 2);
    assertThat(table.size()).isEqualTo(3);
    assertThat(table.dimension()).isEqualTo(2);
    assertThat(table.toArray()).isEqualTo(ROWS);
    assertThat(table.ownFloats()).isZero();
    buffer.limit(5);
    assertThatThrownBy(() -> VectorTable.of(buffer, 2))
        .hasMessage("whole rows of dimension 2 expected, got 5 floats");
    assertThatThrownBy(() -> VectorTable.of(buffer, 0))
        .hasMessage("dimension of at least 1 expected, got 0");
  }

  @Test
  void over_rowsOfTheBaseAndItsOwn_readsBoth() {
    VectorTable base = VectorTable.of(ROWS, 2);
    VectorTable mixed = base.over(new int[] {2, -1, 0, -2}, new float[] {7, 8, 9, 10});
    assertThat(mixed.size()).isEqualTo(4);
    assertThat(mixed.ownFloats()).isEqualTo(4);
    assertThat(mixed.toArray()).containsExactly(5, 6, 7, 8, 1, 2, 9, 10);
    float[] into = new float[5];
    mixed.copy(1, 2, into, 1);
    assertThat(into).containsExactly(0, 7, 8, 1, 2);
    base.copy(1, 2, into, 1);
    assertThat(into).containsExactly(0, 3, 4, 5, 6);
    assertThat(mixed.isRow(3, new float[] {0, 9, 10}, 1)).isTrue();
    assertThat(mixed.isRow(3, new float[] {0, 9, 11}, 1)).isFalse();
    assertThat(base.isRow(0, new float[] {1, -2}, 0)).isFalse();
    VectorTable zero = VectorTable.of(new float[] {0f, 1}, 2);
    assertThat(zero.isRow(0, new float[] {-0f, 1}, 0)).as("bit by bit").isFalse();
  }

  @Test
  void check_anotherSizeOrNotFinite_isRefused() {
    VectorTable table = VectorTable.of(ROWS, 2);
    table.check(3, 2);
    assertThatThrownBy(() -> table.check(2, 2))
        .hasMessage("2 vectors of dimension 2 expected, got 3 of dimension 2");
    assertThatThrownBy(() -> table.check(3, 3)).hasMessageContaining("got 3 of dimension 2");
    VectorTable broken = VectorTable.of(new float[] {1, 2, 3, Float.NaN}, 2);
    assertThatThrownBy(() -> broken.check(2, 2))
        .hasMessage("finite vectors expected, got NaN in row 1, component 1");
  }

  @Test
  void check_arrays_namesWhatIsWrong() {
    Vectors.check("queries", ROWS, 3, 2);
    Vectors.check("queries", new float[0], 0, 2);
    assertThatThrownBy(() -> Vectors.check("queries", ROWS, 3, 4))
        .hasMessage("dimension 4 expected, got 2");
    assertThatThrownBy(() -> Vectors.check("queries", ROWS, 4, 2))
        .hasMessage("4 queries of dimension 2 expected, got 6 floats");
    assertThatThrownBy(() -> Vectors.check("queries", ROWS, 0, 2))
        .hasMessage("0 queries of dimension 2 expected, got 6 floats");
    assertThatThrownBy(() -> Vectors.check("queries", ROWS, -1, 2))
        .hasMessage("at least 0 queries expected, got -1");
    float[] infinite = {1, 2, 3, 4, Float.POSITIVE_INFINITY, 6};
    assertThatThrownBy(() -> Vectors.check("queries", infinite, 3, 2))
        .hasMessage("finite queries expected, got Infinity in row 2, component 0");
    assertThat(Vectors.cells(1 << 14, 1 << 14)).isEqualTo(1 << 28);
    assertThatThrownBy(() -> Vectors.cells(1 << 14, (1 << 14) + 1))
        .hasMessageContaining("at most 268435456 results expected");
    assertThatThrownBy(() -> Vectors.cells(1 << 16, 1 << 16))
        .hasMessageContaining("got 65536 queries of 65536");
  }

  @Test
  void config_limits_areChecked() {
    LiveIndexConfig config = LiveIndexConfig.of("Flat");
    assertThat(config.rebuildAfter()).isEqualTo(0.05);
    for (double wrong : new double[] {0, -0.1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> live(wrong, Duration.ZERO))
          .hasMessageContaining("rebuildAfter above 0 and up to 1 expected, got " + wrong);
    }
    assertThat(live(1, Duration.ZERO).rebuildAfter()).isEqualTo(1);
    assertThatThrownBy(() -> live(1, Duration.ofNanos(-1)))
        .hasMessageContaining("watchEvery of at least 0 expected");
    assertThatThrownBy(() -> new FaissBuild(1, 0)).hasMessage("at least 1 thread expected, got 0");
    assertThat(new FaissBuild(1, 1).threads()).isEqualTo(1);
    assertThatThrownBy(() -> AnnSearch.top(0)).hasMessage("k of at least 1 expected, got 0");
    assertThatThrownBy(() -> new AnnSearch(1, -1, ItemFilter.NONE))
        .hasMessage("breadth of at least 0 expected, got -1");
    assertThat(AnnSearch.top(1).breadth()).isZero();
  }

  private static LiveIndexConfig live(double rebuildAfter, Duration watchEvery) {
    return new LiveIndexConfig("Flat", FaissBuild.DEFAULT, rebuildAfter, watchEvery);
  }

  @Test
  void choice_atItsBounds_isTheCheaperOne() {
    IndexChoice.Aim much = new IndexChoice.Aim(0.9, Long.MAX_VALUE);
    assertThat(IndexChoice.of(20_000, 8, 0, much).factory()).isEqualTo("Flat");
    assertThat(IndexChoice.ofItems(20_000)).isEqualTo("Flat");
    assertThat(IndexChoice.ofItems(20_001)).isEqualTo("HNSW32");
    assertThat(IndexChoice.of(20_001, 8, 0, much).factory()).isEqualTo("HNSW32");
    assertThat(IndexChoice.of(20_001, 8, 0.1, much).factory()).isEqualTo("HNSW32");
    assertThat(IndexChoice.of(20_001, 8, 0.11, much).factory()).isEqualTo("IVF512,Flat");
    assertThat(IndexChoice.of(20_001, 8, 0, new IndexChoice.Aim(0.999, Long.MAX_VALUE)).factory())
        .isEqualTo("HNSW32");
    assertThat(IndexChoice.of(20_001, 8, 0, new IndexChoice.Aim(1, Long.MAX_VALUE)).factory())
        .isEqualTo("Flat");
    long flat = 30_000L * 8 * 4;
    long graph = flat + 30_000L * (66 * 4 + 12);
    assertThat(IndexChoice.of(30_000, 8, 0, new IndexChoice.Aim(0.9, graph)))
        .isEqualTo(
            new IndexChoice(
                "HNSW32",
                graph,
                "a graph is fastest at a high recall, and there is memory for it"));
    IndexChoice lists = IndexChoice.of(30_000, 8, 0, new IndexChoice.Aim(0.9, graph - 1));
    assertThat(lists.factory()).isEqualTo("IVF512,Flat");
    assertThat(lists.bytes()).isEqualTo(flat + 30_000 * 8);
    assertThat(lists.reason()).isEqualTo("no memory for a graph's links");
    assertThat(lists.text()).isEqualTo("index IVF512,Flat: no memory for a graph's links");
    IndexChoice.Aim lookUp = new IndexChoice.Aim(0.9, flat + 30_000 * 8);
    assertThat(IndexChoice.of(30_000, 8, 0, lookUp).factory()).isEqualTo("IVF512,Flat");
    IndexChoice bytes =
        IndexChoice.of(30_000, 8, 0, new IndexChoice.Aim(0.9, flat + 30_000 * 8 - 1));
    assertThat(bytes.factory()).isEqualTo("IVF512,SQ8");
    assertThat(bytes.bytes()).isEqualTo(30_000 * 16);
    IndexChoice.Aim least = new IndexChoice.Aim(0.9, 30_000 * 16);
    assertThat(IndexChoice.of(30_000, 8, 0, least).factory()).isEqualTo("IVF512,SQ8");
    assertThatThrownBy(
            () -> IndexChoice.of(30_000, 8, 0, new IndexChoice.Aim(0.9, 30_000 * 16 - 1)))
        .isInstanceOf(AnnException.class)
        .hasMessageContaining(
            "memory for 30000 vectors of dimension 8 expected, 1 MiB at least, got 0 MiB");
    assertThat(IndexChoice.lists(0)).isEqualTo(4);
    assertThat(IndexChoice.lists(10_000)).isEqualTo(256);
    assertThat(IndexChoice.lists(1 << 20)).isEqualTo(4096);
    for (double wrong : new double[] {0, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> new IndexChoice.Aim(wrong, 1))
          .hasMessageContaining("a recall above");
    }
    assertThatThrownBy(() -> new IndexChoice.Aim(1, 0))
        .hasMessage("some memory expected, got 0 bytes");
  }
}
