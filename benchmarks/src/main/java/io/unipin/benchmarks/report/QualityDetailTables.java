package io.unipin.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Further tables of {@code docs/results/quality.md}. They show figures that not all files have:
 * pages, times, counts, rivals and slices. A data set without such figures has no row, and a table
 * without rows is left out.
 */
final class QualityDetailTables {
  private static final Map<String, String> DATA = new LinkedHashMap<>();

  static {
    DATA.put("quality-ml-1m", "MovieLens-1M");
    DATA.put("quality-ml-100k", "MovieLens-100K");
    DATA.put("quality-amazon-beauty", "Amazon Beauty");
    DATA.put("quality-kuairand-pure", "KuaiRand-Pure");
    DATA.put("quality-trivago", "trivago");
  }

  private QualityDetailTables() {}

  static List<Table> all() {
    return List.of(
        pages(),
        withTime(),
        byAction(),
        counts(),
        ownCounts(),
        refreshedCounts(),
        retrievers(),
        rankers(),
        pairs(),
        slices());
  }

  /** Adds the rows of one data set to a table. */
  @FunctionalInterface
  private interface Rows {
    Table add(Table table, String file, String data);
  }

  private static Table ofEach(Table empty, Rows rows) {
    Table table = empty;
    for (Map.Entry<String, String> each : DATA.entrySet()) {
      table = rows.add(table, each.getKey(), each.getValue());
    }
    return table;
  }

  /** Returns the cell of differences of all seeds, and of the lower ends of their intervals. */
  private static String lead(String path) {
    return "{%s/*/difference|r4}; {%s/*/lower|r4}".formatted(path, path);
  }

  private static Table pages() {
    return ofEach(
        Table.titled(
            "Served pages",
            "quality-pages",
            "data",
            "HR@10",
            "NDCG@10",
            "page HR@10",
            "page NDCG@10",
            "page's lead in NDCG@10"),
        (table, file, data) ->
            table.rowIf(
                "page_ndcg10/mean",
                file,
                data,
                "{hr10|s4}",
                "{ndcg10|s4}",
                "{page_hr10|s4}",
                "{page_ndcg10|s4}",
                lead("page_over_retrieval/ndcg10")));
  }

  private static Table withTime() {
    return ofEach(
        Table.titled(
            "Queries that know the time",
            "quality-with-time",
            "data",
            "HR@10",
            "NDCG@10",
            "page HR@10",
            "page NDCG@10",
            "lead in NDCG@10 over no time"),
        (table, file, data) ->
            table.rowIf(
                "ndcg10/mean",
                file + "#with_time",
                data,
                "{hr10|s4}",
                "{ndcg10|s4}",
                "{page_hr10|s4}",
                "{page_ndcg10|s4}",
                lead("ndcg10_over_without")));
  }

  private static Table byAction() {
    return ofEach(
        Table.titled("All actions", "quality-actions", "data", "action", "AUC", "GAUC"),
        (table, file, data) ->
            table.eachIf(
                "mean",
                file + "#gauc_by_action",
                data,
                "{@key}",
                "{/results/actions/{@key}/auc|s4}",
                "{/results/gauc_by_action/{@key}|s4}"));
  }

  private static Table counts() {
    return ofEach(
        Table.titled(
            "The baseline of counts",
            "quality-counts",
            "data",
            "action",
            "UniPin's GAUC",
            "GAUC of counts",
            "UniPin's lead"),
        (table, file, data) ->
            table.eachIf(
                "mean",
                file + "#counts/gauc_by_action",
                data,
                "{@key}",
                "{/results/gauc_by_action/{@key}|s4}",
                "{/results/counts/gauc_by_action/{@key}|m4}",
                lead("/results/counts/gauc_over_counts/{@key}")));
  }

  private static Table ownCounts() {
    String counts = "/results/counts/model/";
    return ofEach(
        Table.titled(
            "Counts of the model",
            "quality-own-counts",
            "data",
            "action",
            "AUC without",
            "AUC with",
            "GAUC without",
            "GAUC with",
            "lead in AUC"),
        (table, file, data) ->
            table.eachIf(
                "with/mean",
                file + "#counts/model/gauc_by_action",
                data,
                "{@key}",
                "{" + counts + "auc_by_action/{@key}/without|s4}",
                "{" + counts + "auc_by_action/{@key}/with|s4}",
                "{without|s4}",
                "{with|s4}",
                lead(counts + "auc_over_without/{@key}")));
  }

  private static Table refreshedCounts() {
    String refreshed = "/results/counts_refreshed_daily/";
    return ofEach(
        Table.titled(
            "Counts that are refreshed daily",
            "quality-refreshed-counts",
            "data",
            "action",
            "AUC",
            "GAUC",
            "GAUC of the baseline of counts",
            "lead in GAUC over counts that are not refreshed",
            "lead in GAUC over the baseline"),
        (table, file, data) ->
            table.eachIf(
                "model/mean",
                file + "#counts_refreshed_daily/gauc_by_action",
                data,
                "{@key}",
                "{" + refreshed + "auc_by_action/{@key}/model|s4}",
                "{model|s4}",
                "{baseline|m4}",
                lead(refreshed + "gauc_over_fixed/{@key}"),
                lead(refreshed + "gauc_over_baseline/{@key}")));
  }

  private static Table retrievers() {
    return ofEach(
        Table.titled(
            "Rivals for retrieval",
            "quality-retrievers",
            "data",
            "rival",
            "seeds",
            "epochs",
            "minutes",
            "HR@10",
            "NDCG@10",
            "UniPin's lead in NDCG@10"),
        (table, file, data) ->
            table.eachIf(
                "ndcg10/mean",
                file + "#rivals",
                data,
                "{@key}",
                "{seeds}",
                "{epochs|m0}",
                "{minutes|m1}",
                "{hr10|s4}",
                "{ndcg10|s4}",
                lead("ours_minus_rival/ndcg10")));
  }

  private static Table rankers() {
    return ofEach(
        Table.titled(
            "Rivals for ranking",
            "quality-rankers",
            "data",
            "rival",
            "action",
            "AUC",
            "GAUC",
            "UniPin's lead in AUC",
            "UniPin's lead in GAUC"),
        (table, file, data) -> ranker(ranker(table, file, data, "din"), file, data, "counts"));
  }

  private static Table ranker(Table table, String file, String data, String rival) {
    String figures = "/results/rivals/" + rival + "/";
    return table.eachIf(
        "mean",
        file + "#rivals/" + rival + "/gauc_by_action",
        data,
        rival,
        "{@key}",
        "{" + figures + "auc/{@key}|s4}",
        "{" + figures + "gauc_by_action/{@key}|s4}",
        lead(figures + "ours_minus_rival/auc/{@key}"),
        lead(figures + "ours_minus_rival/gauc_by_action/{@key}"));
  }

  private static Table pairs() {
    return ofEach(
        Table.titled(
            "Pages of the best pair of rivals",
            "quality-pair",
            "data",
            "retriever, ranker of each seed",
            "page NDCG@10 of the pair",
            "page NDCG@10 of UniPin",
            "UniPin's lead"),
        (table, file, data) ->
            table.rowIf(
                "page_ndcg10/mean",
                file + "#pair",
                data,
                "{retriever}; {ranker}",
                "{page_ndcg10|s4}",
                "{ours_page_ndcg10|s4}",
                lead("ours_minus_pair")));
  }

  private static Table slices() {
    return ofEach(
        Table.titled(
            "Slices of targets",
            "quality-slices",
            "data",
            "slice",
            "targets",
            "HR@10",
            "NDCG@10",
            "page NDCG@10",
            "HR@10 of popularity"),
        (table, file, data) -> {
          Table all = table;
          for (String slicing : List.of("training_count", "age", "history", "withheld")) {
            all =
                all.eachIf(
                    "ndcg10/mean",
                    file + "#slices/" + slicing,
                    data,
                    slicing + " {@key}",
                    "{targets/mean|,}",
                    "{hr10|s4}",
                    "{ndcg10|s4}",
                    "{page_ndcg10?|s4}",
                    "{popularity_hr10|m4}");
          }
          return all;
        });
  }
}
