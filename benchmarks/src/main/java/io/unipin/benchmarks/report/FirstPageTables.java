package io.unipin.benchmarks.report;

import java.util.List;

/** The table of {@code docs/results/README.md}, which has the most important figures. */
final class FirstPageTables {
  private FirstPageTables() {}

  static List<Table> all() {
    return List.of(first());
  }

  private static Table first() {
    return quality(
        parts(pages(Table.of("first", "figure", "measured", "target (who set it)", "page"))));
  }

  private static Table pages(Table table) {
    return table
        .row(
            "headline-512x200#512x200/in_request",
            "pages per second, one model ÷ two; 512 actions, 200 candidates; KV kept for a request",
            "{qps_ratio_spread|q2}",
            "{qps_ratio|>=1.50 project}",
            "[headline](headline.md)")
        .row(
            "headline-512x200#512x200/session",
            "the same, KV kept per user",
            "{qps_ratio_spread|q2}",
            "{qps_ratio|>=2.60 project}",
            "[headline](headline.md)")
        .row(
            "headline-992x656#992x656/in_request",
            "992 actions, 656 candidates; KV kept for a request",
            "{qps_ratio_spread|q2}",
            "{qps_ratio|>=1.45 project}",
            "[headline](headline.md)")
        .row(
            "headline-992x656#992x656/session",
            "the same, KV kept per user",
            "{qps_ratio_spread|q2}",
            "{qps_ratio|>=2.45 project}",
            "[headline](headline.md)")
        .row(
            "overload",
            "pages per second in time at three times the peak load ÷ peak",
            "{goodput_at_300pct|3}",
            "{goodput_at_300pct|>=0.90 project}",
            "[overload](overload.md)")
        .row(
            "precision",
            "pages per second, int8 ÷ float32; Intel Xeon with AMX",
            "{qps_ratio_spread|q2}",
            "{qps_ratio|>=1.50 project}",
            "[precision](precision.md)");
  }

  private static Table parts(Table table) {
    return table
        .row(
            "kv-cache",
            "appending 8 actions to 512 ÷ encoding all",
            "{append_vs_prefill|3}",
            "{append_vs_prefill|<=0.05 project}",
            "[kv-cache](kv-cache.md)")
        .row(
            "ann",
            "HNSW queries per second ÷ generic FAISS at equal recall",
            "{hnsw/vs_generic_spread|q2}",
            "{hnsw/vs_generic|>=1.80 project}",
            "[ann](ann.md)");
  }

  private static Table quality(Table table) {
    return table
        .row(
            "quality-ml-1m",
            "MovieLens-1M: HR@10",
            "{hr10|s4}",
            "{hr10/mean|>=0.3133 eSASRec, published}",
            "[quality](quality.md)")
        .row(
            "quality-amazon-beauty",
            "Amazon Beauty: HR@10",
            "{hr10|s4}",
            "{hr10/mean|>=0.0928 eSASRec, published}",
            "[quality](quality.md)")
        .row(
            "quality-kuairand-pure",
            "KuaiRand-Pure: AUC of clicks",
            "{auc|s4}",
            "{auc/mean|>={din_auc/mean|4} DIN on the same data}",
            "[quality](quality.md)")
        .row(
            "quality-trivago",
            "trivago: MRR of the hotel clicked",
            "{mrr|s4}",
            "{mrr/mean|>=0.663 project}",
            "[quality](quality.md)");
  }
}
