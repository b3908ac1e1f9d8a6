package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/items.md}, about items that are put while a server serves. */
final class ItemTables {
  private static final String RUN = "items-quick";
  private static final String[] HEADS = {"figure", "measured", "target (who set it)"};

  private ItemTables() {}

  static List<Table> all() {
    return List.of(visible(), many(), Table.ofRuns("items-files", RUN));
  }

  private static Table visible() {
    return Table.of("items-visible", HEADS)
        .row(
            RUN,
            "from a put to the first page that has the item, 99th percentile",
            "{visible_ms_p99|0} ms",
            "{visible_ms_p99|<=1000 project}")
        .row(RUN, "the same, median", "{visible_ms_p50|1} ms", "none")
        .row(
            RUN,
            "watched items, and how many of them no page had within 5 s",
            "{items_watched}, {items_never_seen}",
            "none")
        .row(
            RUN,
            "pages' 99th percentile beside 100 puts a second ÷ without",
            "{page_p99_ratio|1}",
            "{page_p99_ratio|<=1.2 project}")
        .row(
            RUN,
            "pages' 99th percentile without puts, with puts",
            "{page_p99_quiet_ms|1} ms, {page_p99_putting_ms|1} ms",
            "none");
  }

  private static Table many() {
    return Table.of("items-many", HEADS)
        .row(RUN, "items put per second in one stream", "{puts_per_second|,}", "none")
        .row(
            RUN,
            "recall of 100 candidates against exact search",
            "{recall100|3}",
            "{recall100|>=0.98 project}")
        .row(
            RUN,
            "bytes of heap per item, without its texts and one vector",
            "{bytes_per_item|0}",
            "{bytes_per_item|<=200 project}")
        .row(
            RUN,
            "seconds from the restart after SIGKILL to the first page",
            "{restart_s|1}",
            "{restart_s|<=10 project}")
        .row(RUN, "items lost by SIGKILL", "{items_lost}", "{items_lost|<=0 project}")
        .row(
            RUN,
            "largest difference of a score from a bundle that has the items",
            "{page_diff|6}",
            "{page_diff|<=0.00001 project}");
  }
}
