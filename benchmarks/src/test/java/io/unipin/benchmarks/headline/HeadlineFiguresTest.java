package io.unipin.benchmarks.headline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.benchmarks.headline.HeadlineSide.Kind;
import io.unipin.benchmarks.headline.TrafficRound.Page;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.ModelConfig;
import io.unipin.proto.v1.Served.CacheOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

final class HeadlineFiguresTest {
  /**
   * Returns one round for each value of {@code hits}. A round takes one second. The latencies of
   * its pages are 1, 2, … times {@code latencyMs}.
   */
  private static List<TrafficRound> rounds(int pages, double latencyMs, int... hits) {
    List<TrafficRound> rounds = new ArrayList<>();
    for (int hit : hits) {
      List<Page> all = new ArrayList<>();
      for (int i = 1; i <= pages; i++) {
        CacheOutcome outcome =
            i > hit ? CacheOutcome.PREFILL : i > 1 ? CacheOutcome.APPEND : CacheOutcome.HIT;
        all.add(new Page((pages + 1 - i) * latencyMs, outcome, i == 2));
      }
      rounds.add(TrafficRound.of(all, 1, 0.5));
    }
    return rounds;
  }

  private static HeadlineFigures figures(int pagesAtLoad) {
    return figures(pagesAtLoad, List.of(Kind.values()));
  }

  private static HeadlineFigures figures(int pagesAtLoad, List<Kind> kinds) {
    Map<Kind, List<TrafficRound>> saturated = new EnumMap<>(Kind.class);
    int pages = 10;
    for (Kind kind : kinds) {
      saturated.put(kind, rounds(pages, 1, 0, 5));
      pages += 10;
    }
    Map<Kind, List<TrafficRound>> loaded = new EnumMap<>(Kind.class);
    loaded.put(Kind.TWO_MODELS_SPARSE, rounds(pagesAtLoad, 2, 0, 0));
    loaded.put(Kind.ONE_MODEL_REQUEST, rounds(pagesAtLoad, 1, 0, 0));
    loaded.put(Kind.ONE_MODEL_USER, rounds(pagesAtLoad, 0.5, 0, 0));
    HeadlineWorld world = new HeadlineWorld(Path.of("none"), 512, 200);
    Map<Kind, String> engines = new EnumMap<>(Kind.class);
    saturated.keySet().forEach(kind -> engines.put(kind, "engine of " + kind));
    return new HeadlineFigures(saturated, loaded, 7, world.flops(), engines);
  }

  @Test
  void toJson_ratios_areOfTheSidesTheyAreNamedFor() {
    Map<String, Object> json = figures(1000).toJson();
    assertThat(json.get("in_request"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("qps_ratio", 3.0)
        .containsEntry("qps_ratio_dense", 1.5)
        .containsEntry("qps_ratio_pytorch", 3.0 / 7)
        .containsEntry("p50_ratio", 0.5)
        .containsEntry("p99_ratio", 0.5);
    assertThat(json.get("session"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("qps_ratio", 4.0)
        .containsEntry("qps_ratio_dense", 2.0)
        .containsEntry("qps_ratio_pytorch", 4.0 / 7)
        .containsEntry("qps_ratio_pytorch_int8", 9.0 / 7)
        .containsEntry("qps_ratio_pytorch_both_int8", 9.0 / 8)
        .containsEntry("qps_ratio_two_cached", 5.0 / 6)
        .containsEntry("p99_ratio", 0.25)
        .containsEntry("hit_rate", 5 / 80.0);
  }

  @Test
  void toJson_withoutSidesInInt8_hasNoFiguresOfInt8() {
    List<Kind> kinds = Stream.of(Kind.values()).filter(k -> !k.name().endsWith("INT8")).toList();
    assertThat(figures(1000, kinds).toJson().get("session"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("qps_ratio_pytorch", 4.0 / 7)
        .doesNotContainKeys("qps_ratio_pytorch_int8", "qps_ratio_pytorch_both_int8");
  }

  @Test
  void possible_onThisProcessor_hasInt8OnlyWhereTheEngineDoes() {
    ModelConfig shape = new HeadlineWorld(Path.of("none"), 512, 200).shape();
    boolean int8 = NativeEngine.unsupported(shape, MatrixType.INT8).isEmpty();
    assertThat(Kind.possible(shape))
        .contains(Kind.TWO_MODELS_SPARSE, Kind.TWO_MODELS_PYTORCH)
        .hasSize(Kind.values().length - (int8 ? 0 : 2));
  }

  /**
   * The expected values were computed by hand for d = 256, four layers, feed-forward 1,024, 512
   * actions, 200 candidates and five pages per visit.
   */
  @Test
  void toJson_byFlops_countsTheHistoryOnceAVisitWhereItIsKept() {
    assertThat(figures(1000).toJson())
        .hasEntrySatisfying("in_request", byFlops(1.638, 1.691, 2.053, 1.897))
        .hasEntrySatisfying("session", byFlops(3.344, 3.784, 4.191, 4.244));
  }

  private static Consumer<Object> byFlops(
      double sparse, double sparseAllLayers, double dense, double denseAllLayers) {
    return json ->
        assertThat(json)
            .asInstanceOf(InstanceOfAssertFactories.map(String.class, Double.class))
            .hasEntrySatisfying("qps_ratio_by_flops", near(sparse))
            .hasEntrySatisfying("qps_ratio_all_layers_by_flops", near(sparseAllLayers))
            .hasEntrySatisfying("qps_ratio_dense_by_flops", near(dense))
            .hasEntrySatisfying("qps_ratio_dense_all_layers_by_flops", near(denseAllLayers));
  }

  private static Consumer<Double> near(double expected) {
    return figure -> assertThat(figure).isCloseTo(expected, within(0.005));
  }

  @Test
  void toJson_side_saysWhatTheCacheHeldOfItsPages() {
    assertThat(figures(1000).toJson())
        .extractingByKey("sides", InstanceOfAssertFactories.MAP)
        .extractingByKey("two_models_sparse", InstanceOfAssertFactories.MAP)
        .containsEntry("engine", "engine of TWO_MODELS_SPARSE")
        .containsEntry("cache", Map.of("hit", 1L, "append", 4L, "prefill", 15L))
        .containsEntry("hit_rates", List.of(0.0, 0.5))
        .containsEntry("hit_rate", 0.25)
        .containsEntry("degraded", 2L)
        .containsEntry("pages", 20);
  }

  @Test
  void toJson_fewPages_haveNo99thPercentile() {
    assertThat(figures(999).toJson().get("session"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("p99_ratio", null);
  }

  @Test
  void round_quantiles_areOfSortedLatencies() {
    TrafficRound round = rounds(100, 1, 3).get(0);
    assertThat(round.quantile(0.5)).isEqualTo(50);
    assertThat(round.quantile(0.99)).isEqualTo(99);
    assertThat(round.hitRate()).isCloseTo(0.03, within(1e-9));
    assertThat(round.cpuMsPerPage()).isCloseTo(5, within(1e-9));
  }
}
