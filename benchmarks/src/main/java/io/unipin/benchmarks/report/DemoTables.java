package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/demo.md}, which show the quality of the demo's model. */
final class DemoTables {
  private DemoTables() {}

  static List<Table> all() {
    return List.of(demo(), demoRanking(), Table.ofRuns("demo-files", "demo", "demo-ml-100k"));
  }

  private static Table demo() {
    return Table.of("demo", "data", "HR@10", "HR@10 of popularity", "NDCG@10", "users", "build")
        .row("demo", demoCells("simulator, 2,000 users × 2,000 items"))
        .row("demo-ml-100k", demoCells("MovieLens-100K, an earlier recipe of width 64"));
  }

  private static String[] demoCells(String label) {
    return new String[] {
      label,
      "{evaluation/hr10|3}",
      "{evaluation/popularity_hr10|3}",
      "{evaluation/ndcg10|3}",
      "{evaluation/users|,}",
      "{/git}"
    };
  }

  private static Table demoRanking() {
    return Table.of(
            "demo-ranking", "data", "action", "AUC", "AUC of user + item bias", "calibration error")
        .row("demo", actionCells("simulator", "click"))
        .row("demo", actionCells("simulator", "save"))
        .row("demo", actionCells("simulator", "hide"))
        .row("demo-ml-100k", actionCells("MovieLens-100K", "like"))
        .row("demo-ml-100k", actionCells("MovieLens-100K", "dislike"));
  }

  private static String[] actionCells(String label, String action) {
    return new String[] {
      label,
      action,
      "{evaluation/auc/" + action + "|3}",
      "{evaluation/bias_auc/" + action + "|3}",
      "{evaluation/ece/" + action + "|3}"
    };
  }
}
