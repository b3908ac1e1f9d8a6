package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code rank-forward.md}, {@code efficiency.md}, {@code precision.md} and
 * {@code scaling.md} in {@code docs/results}.
 */
final class SpeedTables {
  private static final String[] OUTSIDE = {
    "{/machine/cpu|cpu}",
    "{outside_native_share_spread|q%0}",
    "{outside_ms_over_score_spread?|q2}",
    "{outside_ms_over_score?|<=0.12 project}",
    "{page_bytes?|,/1000}",
    "{page_bytes?|<=150,000 project}",
    "{session_page_bytes?|,/1000}"
  };

  private SpeedTables() {}

  static List<Table> all() {
    return List.of(
        rankForward(),
        Table.ofRuns("rank-forward-files", "rank-forward"),
        efficiency(),
        products(),
        outsideNative(),
        Table.ofRuns("efficiency-files", "efficiency", "efficiency-xeon"),
        precision(),
        losses(),
        Table.ofRuns("precision-files", "precision", "precision-epyc"),
        history(),
        windows(),
        candidates(),
        layers(),
        users(),
        flat(),
        lists(),
        Table.ofRuns("scaling-files", "scaling"));
  }

  private static Table rankForward() {
    return Table.of(
            "rank-forward",
            "actions × candidates",
            "from KV",
            "encoding again, sparse, ÷ from KV",
            "by FLOP",
            "dense mask ÷ from KV",
            "by FLOP")
        .each(
            "rank-forward#grid",
            "{n} × {k}",
            "{cached_ms/median|1} ms",
            "{speedup_sparse|q2}",
            "{speedup_sparse_by_flops|2}",
            "{speedup_dense|q2}",
            "{speedup_dense_by_flops|2}")
        .row(
            "rank-forward",
            "target at 992 × 656",
            "",
            "{speedup_sparse|>=2.00 project}",
            "",
            "{speedup_dense|>=2.80 project}",
            "");
  }

  private static Table efficiency() {
    return Table.of(
            "efficiency",
            "processor",
            "part of a request",
            "GFLOP/s",
            "of the best product",
            "target (who set it)")
        .row("efficiency", efficiencyCells("encode", "encoding 512 actions"))
        .row("efficiency", efficiencyCells("score", "scoring 200 candidates"))
        .row("efficiency-xeon", efficiencyCells("encode", "encoding 512 actions"))
        .row("efficiency-xeon", efficiencyCells("score", "scoring 200 candidates"));
  }

  private static String[] efficiencyCells(String key, String label) {
    String share = key + "_gemm_share";
    return new String[] {
      "{/machine/cpu|cpu}",
      label,
      "{gflops/" + key + "|0}",
      "{" + share + "_spread|q2}",
      "{" + share + "|>=0.80 project}"
    };
  }

  private static Table products() {
    return Table.of("efficiency-products", "product", "processor", "plain", "prepared matrix")
        .row("efficiency", productCells("512x256x1024", "the model's own, "))
        .row("efficiency", productCells("1536x1536x1536", "the best, "))
        .row("efficiency-xeon", productCells("512x256x1024", "the model's own, "))
        .row("efficiency-xeon", productCells("1536x1536x1536", "the best, "));
  }

  private static String[] productCells(String size, String label) {
    return new String[] {
      label + size.replace("x", " × "),
      "{/machine/cpu|cpu}",
      "{gflops/gemm " + size + "|0} GFLOP/s",
      "{gflops/gemm " + size + " prepared|0} GFLOP/s"
    };
  }

  private static Table outsideNative() {
    return Table.of(
            "efficiency-outside",
            "processor",
            "outside of native code, of a caller's wait",
            "outside of native code ÷ scoring",
            "target (who set it)",
            "KB allocated",
            "target, bytes (who set it)",
            "KB allocated after two new actions")
        .row("efficiency", OUTSIDE)
        .row("efficiency-xeon", OUTSIDE);
  }

  private static Table precision() {
    return Table.of(
            "precision",
            "processor",
            "engine",
            "attention in",
            "build",
            "pages per second, int8 ÷ float32",
            "target (who set it)")
        .row("precision", speedCells("{/machine/cpu|cpu}, with AMX", "program", "bfloat16", ""))
        .row("precision", speedCells("the same", "native", "bfloat16", "_native"))
        .row("precision-epyc", speedCells("{/machine/cpu|cpu}", "program", "float32", ""));
  }

  private static String[] speedCells(
      String processor, String engine, String attention, String suffix) {
    return new String[] {
      processor,
      engine,
      attention,
      "{/git}",
      "{qps_ratio_spread%s|q2}".formatted(suffix),
      "{qps_ratio%s|>=%s project}".formatted(suffix, suffix.isEmpty() ? "1.50" : "1.70")
    };
  }

  private static Table losses() {
    return Table.of(
            "precision-losses",
            "recipe of MovieLens-100K",
            "engine",
            "HR@10 loses",
            "NDCG@10 loses",
            "the worse AUC loses",
            "target for NDCG@10 (who set it)")
        .row("precision", lossCells("as it is", "program", ""))
        .row("precision", lossCells("the same models", "native", "_native"))
        .row(
            "precision-epyc",
            lossCells("of build {/git}, a fifth of the actions masked", "program", ""));
  }

  private static String[] lossCells(String label, String engine, String suffix) {
    return new String[] {
      label,
      engine,
      "{hr10_loss_relative%s|%%2}".formatted(suffix),
      "{ndcg10_loss_relative%s|%%2}".formatted(suffix),
      "{auc_loss_relative%s|%%2}".formatted(suffix),
      "{ndcg10_loss_relative%s|<=0.5%% project}".formatted(suffix)
    };
  }

  private static Table history() {
    return Table.of("scaling-history", "actions", "encode", "append 8", "score 200 candidates")
        .each(
            "scaling#history",
            "{n|,}",
            "{encode_ms|1} ms",
            "{append_8_ms|1} ms",
            "{score_ms|1} ms");
  }

  private static Table windows() {
    return Table.of(
            "scaling-window",
            "actions",
            "encode",
            "with windows of 128 actions",
            "encode 512",
            "with windows ÷ 512",
            "target (who set it)")
        .eachIf(
            "window_encode_ratio",
            "scaling#window",
            "{n|,}",
            "{encode_ms|1} ms",
            "{window_encode_ms|1} ms",
            "{encode_512_ms|1} ms",
            "{window_encode_ratio|2}",
            "{window_encode_ratio|<=4.2 project}");
  }

  private static Table candidates() {
    return Table.of("scaling-candidates", "candidates", "score, 512 actions")
        .each("scaling#candidates", "{k|,}", "{score_ms|1} ms");
  }

  private static Table layers() {
    return Table.of("scaling-layers", "layers", "encode 512", "append 8", "score 200")
        .each(
            "scaling#layers",
            "{layers}",
            "{encode_ms|1} ms",
            "{append_8_ms|1} ms",
            "{score_ms|1} ms");
  }

  private static Table users() {
    return Table.of("scaling-users", "cached users", "acquire and release on a hit")
        .each("scaling#cached_users", "{users|,}", "{acquire_hit_ns|,} ns");
  }

  private static Table flat() {
    return Table.of("scaling-flat", "items, Flat", "search")
        .each("scaling#catalogue_flat", "{items|,}", "{search_ms|2} ms");
  }

  private static Table lists() {
    return Table.of("scaling-ivf", "items, IVF1024", "search")
        .each("scaling#catalogue_ivf", "{items|,}", "{search_ms|2} ms");
  }
}
