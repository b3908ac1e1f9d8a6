package io.unipin.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.benchmarks.measure.Flops;
import io.unipin.benchmarks.measure.Rounds;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.model.features.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class BenchTest {
  private static final ModelConfig TINY =
      new ModelConfig(
          50,
          0,
          8,
          16,
          2,
          2,
          2,
          32,
          16,
          List.of("click", "save", "hide"),
          List.of("click"),
          List.of("home"));

  /** Returns a clock that advances by a millisecond at each reading. */
  private static LongSupplier clock() {
    AtomicLong now = new AtomicLong();
    return () -> now.getAndAdd(1_000_000);
  }

  @Test
  void flops_publishedShape_giveTheKnownBounds() {
    Flops flops = new Flops(BenchModel.shape(992));
    double score = flops.score(992, 656);
    assertThat(1 + flops.encodeAllLayers(992) / score).isCloseTo(2.21, within(0.01));
    assertThat(flops.dense(992, 656) / score).isCloseTo(3.16, within(0.01));
    assertThat(1 + flops.encode(992) / score).isCloseTo(1.95, within(0.01));
  }

  @Test
  void rounds_alternate_andCompareWithinARound() {
    AtomicLong now = new AtomicLong();
    List<String> order = new ArrayList<>();
    Map<String, Runnable> sides = new LinkedHashMap<>();
    sides.put(
        "slow",
        () -> {
          order.add("slow");
          now.addAndGet(order.size() > 4 ? 60_000 : 30_000);
        });
    sides.put(
        "fast",
        () -> {
          order.add("fast");
          now.addAndGet(order.size() > 4 ? 20_000 : 10_000);
        });
    Rounds rounds = Rounds.run(2, sides, now::get);
    assertThat(order).containsExactly("slow", "fast", "slow", "fast", "fast", "slow");
    assertThat(rounds.ratio("slow", "fast")).isEqualTo(new Spread(3, 3, 3));
    assertThat(rounds.seconds("slow").median()).isCloseTo(4.5e-5, within(1e-9));
  }

  @Test
  void rankForward_results_haveTheAgreedKeys() throws Exception {
    List<RankForward.Cell> cells =
        new RankForward(TINY, clock())
            .run(
                List.of(new RankForward.Size(12, 8, 3), new RankForward.Size(6, 12, 2)),
                size -> {});
    Map<String, Object> results = RankForward.results(cells);
    assertThat(results).containsOnlyKeys("speedup_sparse", "speedup_dense", "headline", "grid");
    assertThat(results.get("speedup_sparse")).isEqualTo(1.0);
    assertThat(cells.get(1).denseByFlops()).isGreaterThan(1);
  }

  @Test
  void user_denseAndCached_scoreAlike() throws Exception {
    try (BenchModel model = BenchModel.open(TINY);
        BenchModel.User user = model.user(12, 9)) {
      float[] cached = user.score();
      float[] dense = user.scoreDense();
      assertThat(dense).hasSize(27);
      for (int i = 0; i < cached.length; i++) {
        assertThat(dense[i]).isCloseTo(cached[i], within(1e-4f));
      }
    }
  }

  @Test
  void efficiency_results_haveTheAgreedKeys() throws Exception {
    Efficiency.Result result =
        new Efficiency(TINY, clock()).run(12, 8, List.of(new Efficiency.Shape(8, 8, 8)), 3);
    assertThat(result.toJson())
        .containsKeys("encode_gemm_share", "score_gemm_share", "gflops")
        .containsEntry("best_gemm", "gemm 8x8x8");
    double expected = new Flops(TINY).encode(12) / 1024;
    assertThat(result.encodeShare().median()).isCloseTo(expected, within(1e-6));
  }

  @Test
  void scaling_rows_haveTheAgreedKeys() throws Exception {
    Scaling scaling = new Scaling(clock(), 2);
    assertThat(scaling.history(16))
        .containsEntry("n", 16)
        .containsEntry("encode_ms", 1.0)
        .containsKeys("append_8_ms", "score_ms", "encode_gflop", "score_gflop");
    assertThat(scaling.window(16, TINY, TINY))
        .containsEntry("window_encode_ratio", 1.0)
        .containsEntry("encode_ratio", 1.0)
        .containsEntry("window_layers", 1)
        .containsKeys("window_encode_ms", "encode_ms", "encode_16_ms");
    assertThat(scaling.cachedUsers(50)).containsEntry("users", 50).containsKey("acquire_hit_ns");
    assertThat(scaling.catalogue(500, "Flat"))
        .containsEntry("items", 500)
        .containsEntry("search_ms", 1.0 / 64);
  }
}
