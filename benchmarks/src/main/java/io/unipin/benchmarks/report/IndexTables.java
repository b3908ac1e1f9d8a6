package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/ann.md}, about the index over the items. */
final class IndexTables {
  private IndexTables() {}

  static List<Table> all() {
    return List.of(
        generic(), java(), filter(), live(), recommender(), Table.ofRuns("ann-files", "ann"));
  }

  private static Table generic() {
    return Table.of(
            "ann",
            "index",
            "recall@100",
            "queries/s",
            "recall@100, generic",
            "queries/s, generic",
            "ratio",
            "target (who set it)")
        .row("ann#flat", genericCells("Flat", "{vs_generic|>=3.5 project}"))
        .row(
            "ann#hnsw",
            genericCells(
                "HNSW32, breadth {breadth} (generic {generic_breadth})",
                "{vs_generic|>=1.8 project}"))
        .row(
            "ann#ivf", genericCells("IVF1024,Flat, nprobe {breadth}", "{vs_generic|>=2.5 project}"))
        .row(
            "ann#ivf_sq8",
            genericCells("IVF1024,SQ8, nprobe {breadth}", "{vs_generic|>=3 project}"));
  }

  private static String[] genericCells(String label, String target) {
    return new String[] {
      label,
      "{recall100|4}",
      "{qps_1_thread|,}",
      "{generic_recall100|4}",
      "{generic_qps_1_thread|,}",
      "{vs_generic_spread|q2}",
      target
    };
  }

  private static Table java() {
    return Table.of(
            "ann-java",
            "index",
            "recall@100",
            "queries/s",
            "recall@100, Lucene",
            "queries/s, Lucene",
            "ratio",
            "target (who set it)")
        .row(
            "ann#hnsw",
            "HNSW32, breadth {breadth} (Lucene {java_breadth})",
            "{recall100|4}",
            "{qps_1_thread|,}",
            "{java_recall100|4}",
            "{java_qps_1_thread|,}",
            "{vs_java_spread|q2}",
            "{vs_java|>=1.3 project}");
  }

  private static Table filter() {
    return Table.of(
            "ann-filter",
            "items kept",
            "recall@100",
            "queries/s ÷ unfiltered",
            "target: recall, queries/s (who set it)")
        .row("ann#filter/shares/0.01", filterCells("1 %", "none"))
        .row(
            "ann#filter/shares/0.1",
            filterCells("10 %", "{recall100|>=0.95 project}; {vs_unfiltered|>=0.3 project}"))
        .row("ann#filter/shares/0.5", filterCells("50 %", "none"))
        .row("ann#filter/shares/0.9", filterCells("90 %", "none"));
  }

  private static String[] filterCells(String kept, String target) {
    return new String[] {kept, "{recall100|4}", "{vs_unfiltered|2}", target};
  }

  private static Table live() {
    return Table.of("ann-live", "figure", "measured", "target (who set it)")
        .row(
            "ann#live",
            "slowest upsert until it is found",
            "{upsert_visible_ms_max|0} ms",
            "{upsert_visible_ms_max|<=1,000 project}")
        .row("ann#live", "slowest delete", "{delete_ms_max|0} ms", "none")
        .row(
            "ann#live",
            "of {deletes} deleted items returned afterwards",
            "{deleted_returned}",
            "{deleted_returned|<=0 project}")
        .row(
            "ann#live",
            "returned after the next rebuild",
            "{deleted_returned_after_rebuild}",
            "{deleted_returned_after_rebuild|<=0 project}")
        .row(
            "ann#live",
            "time of a search beside {delta|,} items not yet in the graph ÷ without",
            "{search_time_with_delta|2}",
            "none")
        .row("ann#live", "recall watched meanwhile", "{watched_recall|3}", "none")
        .row(
            "ann#files",
            "of {bit_flips|,} bit flips of a file refused",
            "{bit_flips_refused|,}",
            "{bit_flips_refused|>={bit_flips|,} project}")
        .row(
            "ann#files",
            "of {truncations|,} truncations refused",
            "{truncations_refused|,}",
            "{truncations_refused|>={truncations|,} project}")
        .row(
            "ann#build",
            "building {size|,} × {dimension} on {threads} threads",
            "{build_seconds|0} s",
            "{build_seconds|<=600 project}")
        .row(
            "ann#build",
            "memory of a process that loads it ÷ vectors and links",
            "{resident_ratio|2}",
            "{resident_ratio|<=1.3 project}");
  }

  private static Table recommender() {
    return Table.of(
            "ann-recommender",
            "index",
            "HR@10",
            "loss",
            "NDCG@10",
            "loss",
            "recall@10",
            "queries/s")
        .row("ann#real/exact", recommenderCells("exact"))
        .row("ann#real/HNSW32", recommenderCells("HNSW32, breadth 128"))
        .row("ann#real/HNSW32,SQ8", recommenderCells("HNSW32,SQ8, breadth 128"))
        .row("ann#real/IVF256,Flat", recommenderCells("IVF256,Flat, nprobe 32"))
        .row("ann#real/IVF256,SQ8", recommenderCells("IVF256,SQ8, nprobe 32"))
        .row("ann#real/SQ8", recommenderCells("SQ8"));
  }

  private static String[] recommenderCells(String label) {
    return new String[] {
      label, "{hr10|4}", "{hr10_loss|5}", "{ndcg10|4}", "{ndcg10_loss|5}", "{recall10|4}", "{qps|,}"
    };
  }
}
