package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/headline.md}, which compare one model with two models. */
final class HeadlineTables {
  private static final String SMALL = "headline-512x200#512x200";
  private static final String LARGE = "headline-992x656#992x656";

  private HeadlineTables() {}

  static List<Table> all() {
    return List.of(
        pytorch(),
        sparse(),
        dense(),
        cached(),
        latency(),
        sides("headline-sides-small", SMALL),
        sides("headline-sides-large", LARGE),
        runs(),
        Table.ofRuns("headline-files", "headline-512x200", "headline-992x656"));
  }

  private static Table pytorch() {
    return Table.of(
            "headline-pytorch",
            "actions × candidates",
            "KV kept for",
            "one model in",
            "two models in",
            "ratio of pages per second",
            "target (who set it)")
        .row(SMALL + "/in_request", pytorchCells("512 × 200", "a request", "float32", "", "none"))
        .row(
            SMALL + "/session",
            pytorchCells("512 × 200", "a user", "float32", "", ">=4.00 project"))
        .row(
            SMALL + "/session",
            pytorchCells("512 × 200", "a user", "int8", "_int8", ">=6.50 project"))
        .row(SMALL + "/session", pytorchCells("512 × 200", "a user", "int8", "_both_int8", "none"))
        .row(LARGE + "/in_request", pytorchCells("992 × 656", "a request", "float32", "", "none"))
        .row(LARGE + "/session", pytorchCells("992 × 656", "a user", "float32", "", "none"));
  }

  private static String[] pytorchCells(
      String size, String kept, String ours, String rival, String target) {
    String key = "qps_ratio_pytorch" + rival;
    return new String[] {
      size,
      kept,
      ours,
      rival.startsWith("_both") ? ours : "float32",
      "{" + key + "_spread?|q2}",
      target.equals("none") ? target : "{" + key + "?|" + target + "}"
    };
  }

  private static Table sparse() {
    return ratios("headline-sparse")
        .row(
            SMALL + "/in_request",
            ratioCells("512 × 200", "a request", "", "{qps_ratio|>=1.50 project}"))
        .row(
            SMALL + "/session", ratioCells("512 × 200", "a user", "", "{qps_ratio|>=2.60 project}"))
        .row(
            LARGE + "/in_request",
            ratioCells("992 × 656", "a request", "", "{qps_ratio|>=1.45 project}"))
        .row(
            LARGE + "/session",
            ratioCells("992 × 656", "a user", "", "{qps_ratio|>=2.45 project}"));
  }

  private static Table dense() {
    return ratios("headline-dense")
        .row(SMALL + "/in_request", ratioCells("512 × 200", "a request", "_dense", "none"))
        .row(SMALL + "/session", ratioCells("512 × 200", "a user", "_dense", "none"))
        .row(
            LARGE + "/in_request",
            ratioCells("992 × 656", "a request", "_dense", "{qps_ratio_dense|>=1.80 project}"))
        .row(
            LARGE + "/session",
            ratioCells("992 × 656", "a user", "_dense", "{qps_ratio_dense|>=3.10 project}"));
  }

  private static Table ratios(String name) {
    return Table.of(
        name,
        "actions × candidates",
        "KV kept for",
        "ratio of pages per second",
        "target (who set it)",
        "by FLOP",
        "by FLOP, last layer in full");
  }

  private static String[] ratioCells(String size, String kept, String rival, String target) {
    String key = "qps_ratio" + rival;
    return new String[] {
      size,
      kept,
      "{" + key + "_spread|q2}",
      target,
      "{" + key + "_by_flops|2}",
      "{" + key + "_all_layers_by_flops|2}"
    };
  }

  private static Table cached() {
    return Table.of(
            "headline-cached",
            "actions × candidates",
            "ratio of pages per second",
            "target (who set it)",
            "pages whose KV was found: one model",
            "two models")
        .row(SMALL, cachedCells("512 × 200"))
        .row(LARGE, cachedCells("992 × 656"));
  }

  private static String[] cachedCells(String size) {
    return new String[] {
      size,
      "{session/qps_ratio_two_cached_spread|q2}",
      "{session/qps_ratio_two_cached|>=1.25 project}",
      "{sides/one_model_user_short/hit_rate|%0}",
      "{sides/two_models_user_short/hit_rate|%0}"
    };
  }

  private static Table latency() {
    return Table.of(
            "headline-latency",
            "actions × candidates",
            "KV kept for",
            "load, pages/s",
            "processor time of a page",
            "median latency",
            "target (who set it)",
            "99th percentile")
        .row(
            SMALL + "/in_request",
            latencyCells("512 × 200", "a request", "{p50_ratio|<=0.65 project}"))
        .row(SMALL + "/session", latencyCells("512 × 200", "a user", "none"))
        .row(LARGE + "/in_request", latencyCells("992 × 656", "a request", "none"))
        .row(LARGE + "/session", latencyCells("992 × 656", "a user", "none"));
  }

  private static String[] latencyCells(String size, String kept, String target) {
    String load = "{/results/" + size.replace(" × ", "x") + "/load_pages_per_s|1}";
    return new String[] {
      size, kept, load, "{cpu_ratio|2}", "{p50_ratio|2}", target, "{p99_ratio|2}"
    };
  }

  private static Table sides(String name, String source) {
    return Table.of(
            name, "server", "pages/s", "processor ms a page", "p50 ms", "p99 ms", "KV found")
        .row(source + "/sides/two_models_sparse", sideCells("two models, sparse"))
        .row(
            source + "/sides/two_models_dense",
            "two models, dense",
            "{qps|1}",
            "{cpu_ms_per_page|1}",
            "–",
            "–",
            "{hit_rate|%0}")
        .row(source + "/sides/one_model_request", sideCells("one model, KV for a request"))
        .row(source + "/sides/one_model_user", sideCells("one model, KV per user"))
        .row(source, extraCells("two_models_pytorch", "two models in PyTorch"))
        .row(source, extraCells("one_model_user_int8", "one model, KV per user, int8"))
        .row(source, extraCells("two_models_pytorch_int8", "two models in PyTorch, int8"));
  }

  /** Returns the cells of a side whose latency is not measured. Some runs lack this side. */
  private static String[] extraCells(String side, String label) {
    String figure = "{sides/" + side + "/";
    return new String[] {
      label, figure + "qps?|1}", figure + "cpu_ms_per_page?|1}", "–", "–", figure + "hit_rate?|%0}"
    };
  }

  private static String[] sideCells(String label) {
    return new String[] {
      label, "{qps|1}", "{cpu_ms_per_page|1}", "{p50_ms|,}", "{p99_ms|,}", "{hit_rate|%0}"
    };
  }

  private static Table runs() {
    return Table.of(
            "headline-runs",
            "run",
            "processor, build, rounds",
            "sparse, KV for a request",
            "sparse, KV per user",
            "dense, KV per user",
            "two cached models",
            "KV found",
            "processor ms, two models")
        .row("headline-512x200-epyc#512x200", runCells("before the changes below"))
        .row("headline-512x200-xeon-before#512x200", runCells("the same code"))
        .row(
            "headline-512x200-xeon-quick#512x200",
            runCells("eviction counts a request once, `--quick`"))
        .row("headline-512x200-xeon-69#512x200", runCells("the same"))
        .row("headline-512x200-xeon-70#512x200", runCells("the count of requests cannot go back"))
        .row("headline-512x200-xeon-80#512x200", runCells("eviction's patience is bounded"))
        .row("headline-512x200#512x200", runCells("**now**: the same"))
        .row("headline-992x656-epyc#992x656", runCells("992 × 656, before the changes, `--quick`"));
  }

  private static String[] runCells(String label) {
    return new String[] {
      "[" + label + "]({@file})",
      "{/machine/cpu|cpu}, {/git}, {/settings/rounds}",
      "{in_request/qps_ratio_spread|q2}",
      "{session/qps_ratio_spread|q2}",
      "{session/qps_ratio_dense|2}",
      "{session/qps_ratio_two_cached|2}",
      "{session/hit_rate|%0}",
      "{sides/two_models_sparse/cpu_ms_per_page|0}"
    };
  }
}
