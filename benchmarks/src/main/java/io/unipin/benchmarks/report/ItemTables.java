package io.unipin.benchmarks.report;

import java.util.List;
import java.util.stream.Stream;

/** The tables of {@code docs/results/items.md}, about items that are put while a server serves. */
final class ItemTables {
  private static final String RUN = "items-quick";

  /** Files of other parts of the benchmark. A row is filled from the first one that has it. */
  private static final String KEYS = "items|items-keys|items-quick";

  private static final String COLD =
      "items|items-cold|items-cold-kuairand|items-cold-beauty|items-cold-by-time";

  private static final String WEEK = "items|items-week";

  private static final String[] HEADS = {"figure", "measured", "target (who set it)"};

  private ItemTables() {}

  static List<Table> all() {
    return List.of(
        visible(), many(), keys(), cold(), warm(), coldRanking(), byTime(), week(), files());
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

  private static Table keys() {
    return Table.of("items-keys", HEADS)
        .optional(
            KEYS + "#key_bytes",
            "MB of memory of the keys of a million items",
            "{/results/key_bytes|0/1000000}",
            "{/results/key_bytes|<=100,000,000 project}")
        .optional(
            KEYS + "#key_page_p50_ratio",
            "median time of a page, items named by keys ÷ by ids",
            "{/results/key_page_p50_ratio|3}",
            "{/results/key_page_p50_ratio|<=1.02 project}");
  }

  private static Table cold() {
    String[] heads = {
      "data",
      "seeds",
      "HR@10 of withheld items, own recipe",
      "with settings for new items",
      "content neighbours",
      "settings − neighbours (95 %)",
      "target of the lower end (who set it)"
    };
    String neighbours = "{baselines/content_neighbours/cold/hr10|4}";
    String over = "{cold_hr10_over_content/changed/";
    String lead = over + "difference|4} (" + over + "lower|4} to " + over + "upper|4})";
    String target = over + "lower|>=0 project}";
    return Table.of("items-cold", heads)
        .optional(COLD + "#cold/beauty", coldCells("Amazon Beauty", neighbours, lead, target))
        .optional(COLD + "#cold/simulator", coldCells("simulator", neighbours, lead, target))
        // The videos have attributes, but no content.
        .optional(COLD + "#cold/kuairand", coldCells("KuaiRand-Pure", "", "", "none"))
        .optional(COLD + "#cold/ml-100k", coldCells("MovieLens-100K", neighbours, lead, "none"));
  }

  private static String[] coldCells(String data, String neighbours, String lead, String target) {
    return new String[] {
      data, "{seeds}", "{own/cold/hr10|s4}", "{changed/cold/hr10|s4}", neighbours, lead, target
    };
  }

  private static Table warm() {
    Table table =
        Table.of(
            "items-warm",
            "data",
            "figure",
            "own recipe",
            "with settings for new items",
            "target (one spread below)");
    for (String[] data : new String[][] {{"beauty", "Amazon Beauty"}, {"simulator", "simulator"}}) {
      String source = COLD + "#cold/" + data[0];
      table =
          table
              .optional(source, figureCells(data[1], "HR@10, items not withheld", "warm", "hr10"))
              .optional(
                  source, figureCells(data[1], "NDCG@10, items not withheld", "warm", "ndcg10"))
              .optional(source, figureCells(data[1], "HR@10, all items", "all", "hr10"))
              .optional(source, figureCells(data[1], "NDCG@10, all items", "all", "ndcg10"));
    }
    return table;
  }

  private static String[] figureCells(String data, String name, String items, String figure) {
    String path = items + "/" + figure;
    return new String[] {
      data,
      name,
      "{own/" + path + "|s4}",
      "{changed/" + path + "|s4}",
      "{changed/" + path + "/mean|>={bounds/" + items + "_" + figure + "|4} project}"
    };
  }

  private static Table coldRanking() {
    String source = COLD + "#cold/kuairand";
    return Table.of(
            "items-cold-ranking",
            "KuaiRand-Pure, clicks",
            "own recipe",
            "with settings for new items",
            "difference (95 %)",
            "target (who set it)")
        .optional(
            source,
            "AUC, withheld videos",
            "{own/cold_auc|s4}",
            "{changed/cold_auc|s4}",
            "{changed_over_own/cold_auc/difference|4} ({changed_over_own/cold_auc/lower|4} to"
                + " {changed_over_own/cold_auc/upper|4})",
            "{changed_over_own/cold_auc/difference|>=0.02 project}")
        .optional(
            source, rankingCells("gap of mean predictions, clicked videos", "score_gap/positives"))
        .optional(
            source,
            rankingCells("gap of mean predictions, videos without a click", "score_gap/negatives"))
        .optional(
            source,
            "the larger of both gaps, without its sign",
            "{own/score_gap/largest/mean|%2}",
            "{changed/score_gap/largest/mean|%2}",
            "",
            "{changed/score_gap/largest/mean|<=2% project}")
        .optional(
            source,
            "AUC, all videos",
            "{own/auc|s4}",
            "{changed/auc|s4}",
            "",
            "{changed/auc/mean|>={bounds/auc|4} project}")
        .optional(
            source,
            "normalised entropy, all videos",
            "{own/ne|s4}",
            "{changed/ne|s4}",
            "",
            "{changed/ne/mean|<={bounds/ne|4} project}");
  }

  /** Returns the cells of a gap, which has no target of its own. */
  private static String[] rankingCells(String label, String key) {
    return new String[] {
      label, "{own/%s/mean|%%2}".formatted(key), "{changed/%s/mean|%%2}".formatted(key), "", ""
    };
  }

  private static Table byTime() {
    String source = COLD + "#cold/beauty-by-time";
    return Table.of(
            "items-by-time",
            "Amazon Beauty, split by time",
            "HR@10 of new items",
            "target (who set it)")
        .optional(
            source,
            "UniPin with settings for new items, {targets/cold} targets",
            "{changed/cold/hr10|s4}",
            "{changed/cold/hr10/mean|>={/results/by_time/least|4} project, two spreads above the"
                + " popularity of contents}")
        .optional(
            source, "popularity of contents", "{baselines/content_popularity/cold/hr10|4}", "")
        .optional(source, "content neighbours", "{baselines/content_neighbours/cold/hr10|4}", "");
  }

  private static Table week() {
    return Table.of(
            "items-week",
            "figure",
            "without",
            "with exploration",
            "gain (95 %)",
            "target (who set it)")
        .optional(
            WEEK + "#explore_young_clicks_gain",
            "clicks on items younger than a day",
            "{/results/explore_young_clicks_without|,}",
            "{/results/explore_young_clicks_with|,}",
            gain("explore_young_clicks_gain"),
            "lower end {/results/explore_young_clicks_gain_low|>=0% project}")
        .optional(
            WEEK + "#explore_clicks_gain",
            "all clicks",
            "{/results/explore_clicks_without|,}",
            "{/results/explore_clicks_with|,}",
            gain("explore_clicks_gain"),
            "{/results/explore_clicks_gain|>=-1% project}");
  }

  private static String gain(String key) {
    return "{/results/%s|%%1} ({/results/%s_low|%%1} to {/results/%s_high|%%1})"
        .formatted(key, key, key);
  }

  private static Table files() {
    Table table = Table.ofRuns("items-files", RUN);
    List<String> others =
        Stream.of(KEYS, COLD, WEEK)
            .flatMap(files -> Stream.of(files.split("\\|")))
            .distinct()
            .filter(file -> !file.equals(RUN))
            .toList();
    for (String file : others) {
      table =
          table.optional(
              file, "[%s]({@file})".formatted(file), "{/machine/cpu|cpu}", "{/date|day}", "{/git}");
    }
    return table;
  }
}
