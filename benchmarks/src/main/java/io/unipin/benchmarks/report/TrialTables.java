package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code docs/results/try.md}, about files that the command {@code try} has not seen.
 */
final class TrialTables {
  private static final String RUN = "try";

  private TrialTables() {}

  static List<Table> all() {
    return List.of(figures(), files(), Table.ofRuns("try-runs", RUN));
  }

  private static Table figures() {
    return Table.of("try-figures", "figure", "measured", "target (who set it)")
        .row(
            RUN,
            "files of which every column was understood, of six",
            "{inferred}",
            "{inferred|>=6 project}")
        .row(
            RUN,
            "seconds from the start of the slowest command to its page",
            "{first_page_s_max|1}",
            "{first_page_s_max|<=60 project}")
        .row(
            RUN,
            "files whose model is above popularity on the held-out actions, of six",
            "{above_popularity}",
            "{above_popularity|>=6 project}");
  }

  private static Table files() {
    return Table.of(
            "try-files",
            "file",
            "kind",
            "first page",
            "HR@10",
            "of popularity",
            "NDCG@10",
            "of popularity")
        .each(
            RUN + "#files",
            "{file}",
            "{kind}",
            "{first_page_s|1} s",
            "{hr10|3}",
            "{popularity_hr10|3}",
            "{ndcg10|4}",
            "{popularity_ndcg10|4}");
  }
}
