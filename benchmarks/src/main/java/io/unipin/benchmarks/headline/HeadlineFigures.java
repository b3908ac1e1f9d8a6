package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.headline.HeadlineSide.Kind;
import io.unipin.benchmarks.measure.Spread;
import io.unipin.cli.console.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The figures of all sides of one size, and the ratios between sides. Each ratio is computed within
 * a round. The result is the median of the ratios of all rounds, with quartiles.
 *
 * @param saturated rounds at full speed
 * @param loaded rounds at equal load, for the sides whose latencies are compared
 * @param rate pages per second of the equal load
 * @param flops ratios that the numbers of operations predict
 * @param engines name of the engine that computed the models, by side
 */
record HeadlineFigures(
    Map<Kind, List<TrafficRound>> saturated,
    Map<Kind, List<TrafficRound>> loaded,
    double rate,
    HeadlineFlops flops,
    Map<Kind, String> engines) {
  /** The minimum number of pages for a 99th percentile. */
  private static final int ENOUGH_PAGES = 2000;

  private static double median(
      Map<Kind, List<TrafficRound>> rounds, Kind kind, ToDoubleFunction<TrafficRound> figure) {
    return Spread.of(of(rounds, kind).stream().mapToDouble(figure).toArray()).median();
  }

  /** Returns the pages per second of a side's slowest round. */
  static double least(Map<Kind, List<TrafficRound>> rounds, Kind kind) {
    return of(rounds, kind).stream().mapToDouble(TrafficRound::qps).min().orElseThrow();
  }

  private static List<TrafficRound> of(Map<Kind, List<TrafficRound>> rounds, Kind kind) {
    List<TrafficRound> found = rounds.get(kind);
    if (found == null) {
      throw new IllegalStateException("no rounds of " + kind);
    }
    return found;
  }

  private static Spread ratio(
      Map<Kind, List<TrafficRound>> rounds,
      Kind above,
      Kind below,
      ToDoubleFunction<TrafficRound> figure) {
    List<TrafficRound> one = of(rounds, above);
    List<TrafficRound> other = of(rounds, below);
    double[] ratios = new double[one.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(one.get(i)) / figure.applyAsDouble(other.get(i));
    }
    return Spread.of(ratios);
  }

  Map<String, Object> toJson() {
    Map<String, Object> inRequest = against(Kind.ONE_MODEL_REQUEST);
    Map<String, Object> session = against(Kind.ONE_MODEL_USER);
    put(
        session,
        "qps_ratio_two_cached",
        ratio(saturated, Kind.ONE_MODEL_USER_SHORT, Kind.TWO_MODELS_USER_SHORT, TrafficRound::qps));
    pytorchInt8(session);
    session.put("hit_rate", TrafficRound.joined(of(saturated, Kind.ONE_MODEL_USER)).hitRate());
    Map<String, Object> sides = new LinkedHashMap<>();
    for (Kind kind : saturated.keySet()) {
      sides.put(kind.name().toLowerCase(Locale.ROOT), side(kind));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("in_request", inRequest);
    json.put("session", session);
    json.put("load_pages_per_s", rate);
    json.put("sides", sides);
    return json;
  }

  /**
   * Returns the figures of a side with one model, relative to the sides with two models: with
   * sparse and with dense attention, and in PyTorch.
   */
  private Map<String, Object> against(Kind kind) {
    Map<String, Object> json = new LinkedHashMap<>();
    put(json, "qps_ratio", ratio(saturated, kind, Kind.TWO_MODELS_SPARSE, TrafficRound::qps));
    json.put("qps_ratio_by_flops", flops.ratio(kind, Kind.TWO_MODELS_SPARSE));
    json.put("qps_ratio_all_layers_by_flops", flops.ratioAllLayers(kind, Kind.TWO_MODELS_SPARSE));
    put(
        json,
        "qps_ratio_pytorch",
        ratio(saturated, kind, Kind.TWO_MODELS_PYTORCH, TrafficRound::qps));
    put(json, "qps_ratio_dense", ratio(saturated, kind, Kind.TWO_MODELS_DENSE, TrafficRound::qps));
    json.put("qps_ratio_dense_by_flops", flops.ratio(kind, Kind.TWO_MODELS_DENSE));
    json.put(
        "qps_ratio_dense_all_layers_by_flops", flops.ratioAllLayers(kind, Kind.TWO_MODELS_DENSE));
    put(json, "p50_ratio", ratio(loaded, kind, Kind.TWO_MODELS_SPARSE, r -> r.quantile(0.5)));
    TrafficRound all = TrafficRound.joined(of(loaded, kind));
    TrafficRound two = TrafficRound.joined(of(loaded, Kind.TWO_MODELS_SPARSE));
    boolean enough = Math.min(all.pages(), two.pages()) >= ENOUGH_PAGES;
    json.put("p99_ratio", enough ? all.quantile(0.99) / two.quantile(0.99) : null);
    put(
        json,
        "cpu_ratio",
        ratio(saturated, kind, Kind.TWO_MODELS_SPARSE, TrafficRound::cpuMsPerPage));
    return json;
  }

  /**
   * Adds the figures of one model in int8, relative to two models in PyTorch: in float32, which
   * PyTorch's users have by default, and in int8. Adds nothing if this processor has no sides in
   * int8.
   */
  private void pytorchInt8(Map<String, Object> session) {
    if (saturated.containsKey(Kind.ONE_MODEL_USER_INT8)) {
      Kind ours = Kind.ONE_MODEL_USER_INT8;
      put(
          session,
          "qps_ratio_pytorch_int8",
          ratio(saturated, ours, Kind.TWO_MODELS_PYTORCH, TrafficRound::qps));
      put(
          session,
          "qps_ratio_pytorch_both_int8",
          ratio(saturated, ours, Kind.TWO_MODELS_PYTORCH_INT8, TrafficRound::qps));
    }
  }

  private static void put(Map<String, Object> into, String key, Spread spread) {
    into.put(key, spread.median());
    into.put(key + "_spread", spread.toJson());
  }

  private Map<String, Object> side(Kind kind) {
    TrafficRound all = TrafficRound.joined(of(saturated, kind));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("engine", engines.get(kind));
    json.put("qps", median(saturated, kind, TrafficRound::qps));
    json.put("cpu_ms_per_page", all.cpuMsPerPage());
    json.put("hit_rate", all.hitRate());
    json.put("hit_rates", of(saturated, kind).stream().map(TrafficRound::hitRate).toList());
    Map<String, Object> outcomes = new TreeMap<>();
    all.outcomes().forEach((o, pages) -> outcomes.put(o.name().toLowerCase(Locale.ROOT), pages));
    json.put("cache", outcomes);
    json.put("degraded", all.degraded());
    json.put("pages", all.pages());
    TrafficRound calm = calm(kind);
    if (calm != null) {
      json.put("p50_ms", calm.quantile(0.5));
      json.put("p99_ms", calm.pages() >= ENOUGH_PAGES ? calm.quantile(0.99) : null);
      json.put("pages_at_equal_load", calm.pages());
    }
    return json;
  }

  private @Nullable TrafficRound calm(Kind kind) {
    List<TrafficRound> rounds = loaded.get(kind);
    return rounds == null ? null : TrafficRound.joined(rounds);
  }

  /** Adds a row per side. */
  void print(Table table, String size) {
    for (Kind kind : saturated.keySet()) {
      TrafficRound all = TrafficRound.joined(of(saturated, kind));
      TrafficRound calm = calm(kind);
      table.row(
          size,
          kind.label(),
          String.format(Locale.ROOT, "%.1f", median(saturated, kind, TrafficRound::qps)),
          ratio(saturated, kind, Kind.TWO_MODELS_SPARSE, TrafficRound::qps).text(),
          String.format(Locale.ROOT, "%.1f ms", all.cpuMsPerPage()),
          calm == null ? "" : String.format(Locale.ROOT, "%.1f ms", calm.quantile(0.5)),
          String.format(Locale.ROOT, "%.0f %%", 100 * all.hitRate()));
    }
  }
}
