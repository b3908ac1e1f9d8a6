package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code docs/results/quality.md}, which show the quality of recipes on public data.
 */
final class QualityTables {
  private QualityTables() {}

  static List<Table> all() {
    return List.of(
        costs(),
        movieLens1m(),
        kuaiRand(),
        movieLens100k(),
        amazonBeauty(),
        trivago(),
        Table.ofRuns(
            "quality-files",
            "quality-ml-1m",
            "quality-ml-100k",
            "quality-amazon-beauty",
            "quality-kuairand-pure",
            "quality-trivago"));
  }

  private static Table costs() {
    return Table.of(
            "quality-costs",
            "data",
            "processor",
            "width, layers",
            "epochs",
            "examples per second",
            "minutes a seed")
        .row("quality-ml-1m", costCells("MovieLens-1M"))
        .row("quality-ml-100k", costCells("MovieLens-100K"))
        .row("quality-amazon-beauty", costCells("Amazon Beauty"))
        .row("quality-kuairand-pure", costCells("KuaiRand-Pure"))
        .row("quality-trivago", costCells("trivago"))
        .row(
            "demo",
            "[demo](demo.md)",
            "{/machine/cpu|cpu}",
            "64, 2",
            "{training/epochs}",
            "{training/examples_per_second|,}",
            "{training/seconds|1/60}");
  }

  private static String[] costCells(String data) {
    return new String[] {
      data,
      "{/machine/cpu|cpu}",
      "{/settings/recipe/model/width}, {/settings/recipe/model/layers}",
      "{epochs/mean|0}",
      "{examples_per_second|s,}",
      "{train_minutes|s1}"
    };
  }

  private static Table movieLens1m() {
    return Table.of("quality-ml-1m", "model", "HR@10", "NDCG@10", "AUC, rating ≥ 4")
        .row("quality-ml-1m", "UniPin, {seeds} seeds", "{hr10|s4}", "{ndcg10|s4}", "{auc|s4}")
        .row(
            "ablations/ml-1m-masked",
            "[the same, a fifth of the actions masked, {epochs/mean|0} epochs]({@file}), {seeds}"
                + " seed",
            "{hr10|s4}",
            "{ndcg10|s4}",
            "{auc|s4}")
        .published("SASRec with sampled softmax, published", "0.2929", "0.1684", "")
        .published("HSTU, published", "0.3097", "0.1720", "0.7621")
        .published("eSASRec, published", "0.3133", "0.1772", "")
        .published("FuXi-α, published", "0.3164", "0.1813", "")
        .published("UniGRF, published", "0.3219", "0.1765", "0.7932")
        .published("HSTU-large, published", "0.3294", "0.1893", "")
        .row(
            "quality-ml-1m",
            "popularity; user + item bias",
            "{popularity_hr10/mean|4}",
            "",
            "{bias_auc/mean|4}")
        .row(
            "quality-ml-1m",
            "UniPin's lead over the bias: seeds; lower ends of 95 % of resamples",
            "",
            "",
            "{auc_over_bias/*/difference|r3}; {auc_over_bias/*/lower|r3}")
        .row("quality-ml-1m", "UniPin's calibration error", "", "", "{ece|s4}")
        .row(
            "quality-ml-1m",
            "target (who set it)",
            "{hr10/mean|>=0.313 eSASRec}",
            "{ndcg10/mean|>=0.177 eSASRec}",
            "{auc/mean|>=0.793 UniGRF}");
  }

  private static Table kuaiRand() {
    return Table.of(
            "quality-kuairand-pure",
            "model",
            "click AUC",
            "click GAUC",
            "long view AUC",
            "long view GAUC",
            "HR@10")
        .row("quality-kuairand-pure", kuaiRandCells("UniPin, {seeds} seeds", "", "s4", "{hr10|s4}"))
        .row("quality-kuairand-pure", kuaiRandCells("DIN on the same data", "din_", "s4", ""))
        .row("quality-kuairand-pure", kuaiRandCounts("baseline of counts", "counts", "", "m4"))
        .row("quality-kuairand-pure", kuaiRandCells("user + item click rate", "bias_", "m4", ""))
        .row(
            "quality-kuairand-pure",
            kuaiRandCounts(
                "UniPin, counts refreshed daily", "counts_refreshed_daily", "/model", "s4"))
        .row(
            "quality-kuairand-pure",
            kuaiRandCounts(
                "baseline of counts, refreshed daily", "counts_refreshed_daily", "/baseline", "m4"))
        .row("quality-kuairand-pure", "popularity", "", "", "", "", "{popularity_hr10/mean|4}")
        .row(
            "quality-kuairand-pure",
            "target: above the other rows (project)",
            "{actions/click/auc/mean|>=0.750 project}",
            "{actions/click/gauc/mean|>={counts/gauc_by_action/click/mean|4} counts}",
            "{actions/long_view/auc/mean|>={actions/long_view/din_auc/mean|4} DIN}",
            "{actions/long_view/gauc/mean|>={counts/gauc_by_action/long_view/mean|4} counts}",
            "");
  }

  /** Returns a row of figures that one object holds as {@code FIGURE_by_action}. */
  private static String[] kuaiRandCounts(String label, String object, String side, String format) {
    String[] cells = new String[] {label, "", "", "", "", ""};
    int at = 1;
    for (String action : List.of("click", "long_view")) {
      for (String figure : List.of("auc", "gauc")) {
        cells[at++] = "{%s/%s_by_action/%s%s|%s}".formatted(object, figure, action, side, format);
      }
    }
    return cells;
  }

  private static String[] kuaiRandCells(String label, String who, String format, String hr10) {
    return new String[] {
      label,
      "{actions/click/" + who + "auc|" + format + "}",
      "{actions/click/" + who + "gauc|" + format + "}",
      "{actions/long_view/" + who + "auc|" + format + "}",
      "{actions/long_view/" + who + "gauc|" + format + "}",
      hr10
    };
  }

  private static Table movieLens100k() {
    return Table.of(
            "quality-ml-100k",
            "model",
            "HR@10",
            "NDCG@10",
            "AUC, rating ≥ 4",
            "AUC, rating ≤ 2",
            "GAUC, rating ≥ 4")
        .row(
            "quality-ml-100k",
            "UniPin, {seeds} seeds",
            "{hr10|s4}",
            "{ndcg10|s4}",
            "{actions/like/auc|s4}",
            "{actions/dislike/auc|s4}",
            "{actions/like/gauc|s4}")
        .row("quality-ml-100k", "popularity", "{popularity_hr10/mean|4}", "", "", "", "")
        .row(
            "quality-ml-100k",
            "popularity of the last seven days",
            "{recent_hr10/mean|4}",
            "",
            "",
            "",
            "")
        .row(
            "quality-ml-100k",
            "user + item bias",
            "",
            "",
            "{actions/like/bias_auc/mean|4}",
            "{actions/dislike/bias_auc/mean|4}",
            "{actions/like/bias_gauc/mean|4}")
        .row(
            "quality-ml-100k",
            "UniPin's lead over the bias: seeds; lower ends of 95 % of resamples",
            "",
            "",
            "{actions/like/auc_over_bias/*/difference|r3}; {actions/like/auc_over_bias/*/lower|r3}",
            "{actions/dislike/auc_over_bias/*/difference|r3};"
                + " {actions/dislike/auc_over_bias/*/lower|r3}",
            "");
  }

  private static Table amazonBeauty() {
    return Table.of("quality-amazon-beauty", "model", "reads", "HR@10", "NDCG@10")
        .row(
            "quality-amazon-beauty",
            "UniPin, {seeds} seeds",
            "attributes",
            "{hr10|s4}",
            "{ndcg10|s4}")
        .row(
            "quality-amazon-beauty#with_time",
            "the same, queries know the time of the request",
            "attributes",
            "{hr10|s4}",
            "{ndcg10|s4}")
        .row("ablations/amazon-beauty-20-epochs", beautySeeds("20 epochs", "attributes"))
        .row("ablations/amazon-beauty-default", beautyCells("dropout 0.3", "attributes"))
        .row("ablations/amazon-beauty-ids-dropout5", beautyCells("dropout 0.5", "ids"))
        .row("ablations/amazon-beauty-ids-default", beautyCells("dropout 0.3", "ids"))
        .row(
            "ablations/amazon-beauty-ids-recipe",
            beautyCells("2,048 negatives, items unknown in training, queries as keys", "ids"))
        .published("TIGER, published", "attributes", "0.0648", "0.0384")
        .published("HSTU, published", "ids", "0.0788", "0.0439")
        .published("SASRec with sampled softmax, published", "ids", "0.0921", "0.0531")
        .published("eSASRec, published", "ids", "0.0928", "0.0523")
        .row("quality-amazon-beauty", "popularity", "", "{popularity_hr10/mean|4}", "")
        .row(
            "quality-amazon-beauty",
            "popularity of the last seven days",
            "",
            "{recent_hr10/mean|4}",
            "")
        .row(
            "quality-amazon-beauty",
            "target (who set it)",
            "",
            "{hr10/mean|>=0.0928 eSASRec}",
            "{ndcg10/mean|>=0.0531 SASRec}")
        .row(
            "quality-amazon-beauty",
            "target with attributes (who set it)",
            "",
            "{hr10/mean|>=0.100 project}",
            "{ndcg10/mean|>=0.060 project}");
  }

  private static String[] beautySeeds(String label, String reads) {
    return new String[] {
      "[" + label + "]({@file}), {seeds} seeds", reads, "{hr10|s4}", "{ndcg10|s4}"
    };
  }

  private static String[] beautyCells(String label, String reads) {
    return new String[] {
      "[" + label + "]({@file}), one seed", reads, "{evaluation/hr10|4}", "{evaluation/ndcg10|4}"
    };
  }

  private static Table trivago() {
    return Table.of("quality-trivago", "model", "MRR of the hotel clicked", "AUC", "GAUC")
        .row(
            "quality-trivago",
            "UniPin, which knows the displayed order; {seeds} seeds",
            "{mrr|s4}",
            "{auc|s4}",
            "{gauc|s4}")
        .row(
            "ablations/trivago-ranking",
            "[the same, trained for ranking alone]({@file}); {seeds} seeds",
            "{mrr|s4}",
            "{auc|s4}",
            "{gauc|s4}")
        .row("quality-trivago", "user + item bias", "", "{bias_auc/mean|4}", "{bias_gauc/mean|4}")
        .row("quality-trivago", "target (who set it)", "{mrr/mean|>=0.663 project}", "", "");
  }
}
