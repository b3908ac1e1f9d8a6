package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/stages.md}. */
final class StageTables {
  private StageTables() {}

  static List<Table> all() {
    return List.of(counts(), preRanking(), needed(), Table.ofRuns("stages-files", "stages"));
  }

  private static Table counts() {
    return Table.of("stages-counts", "figure", "measured", "target (who set it)")
        .row("stages#counts", "scoring without counts", "{score_ms|1} ms", "")
        .row("stages#counts", "scoring with {inputs} counts", "{counted_score_ms|1} ms", "")
        .row(
            "stages#counts",
            "with ÷ without",
            "{score_ratio_spread|q2}",
            "{score_ratio|<=1.05 project}")
        .row(
            "stages#counts",
            "looking counts up and applying them",
            "{lookup_ms|3} ms",
            "{lookup_ms|<=0.3 project} ms");
  }

  private static Table preRanking() {
    return Table.of(
            "stages-pre-ranking",
            "scored candidates",
            "retrieved",
            "chosen by",
            "pages per second",
            "÷ 200 candidates without pre-ranking")
        .each(
            "stages#pre_rank",
            "{candidates}",
            "{retrieved}",
            "{chosen_by}",
            "{qps|1}",
            "{pages_ratio_spread|q2}")
        .row(
            "stages",
            "target for 80, chosen by pre-ranking",
            "",
            "",
            "",
            "{pre_rank_pages_ratio|>=1.25 project}");
  }

  private static Table needed() {
    return Table.of(
            "stages-needed",
            "data",
            "candidates needed with pre-ranking",
            "candidates needed without",
            "NDCG@10 of pages of 200 candidates",
            "target (who set it)")
        .row(
            "quality-kuairand-pure#prerank",
            "KuaiRand-Pure",
            "{candidates|s0}",
            "{candidates_without|s0}",
            "{page_ndcg10_without|s4}",
            "{candidates/mean|<=80 project}");
  }
}
