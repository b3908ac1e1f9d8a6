package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code docs/results/ablations.md}, which show the effects of single choices in a
 * recipe.
 */
final class AblationTables {
  private static final String FOLDER = "ablations/";

  private AblationTables() {}

  static List<Table> all() {
    return List.of(masks(), shapes(), small(), joint(), kuaiRand(), queries(), several(), time());
  }

  private static Table masks() {
    return recipes("ablations-masks")
        .row("quality-ml-100k", recipeCells("no action masked (the recipe)"))
        .row(FOLDER + "ml-100k-mask-1", recipeCells("a tenth masked"))
        .row(FOLDER + "ml-100k-masked", recipeCells("a fifth masked"))
        .row(FOLDER + "ml-100k-mask-3", recipeCells("three tenths masked"))
        .row(FOLDER + "ml-100k-interleaved", recipeCells("an action as two tokens, 200 tokens"));
  }

  private static Table shapes() {
    return recipes("ablations-shapes")
        .row(FOLDER + "ml-100k-20-epochs", recipeCells("two layers, 200 actions, full softmax"))
        .row(FOLDER + "ml-100k-layers-3", recipeCells("three layers"))
        .row(FOLDER + "ml-100k-length-100", recipeCells("100 actions"))
        .row(FOLDER + "ml-100k-negatives", recipeCells("512 negatives, corrected by logQ"))
        .row(FOLDER + "ml-100k-negatives-no-logq", recipeCells("512 negatives, not corrected"))
        .row(FOLDER + "ml-100k-weights", recipeCells("losses of actions weigh 0.3"))
        .row(FOLDER + "ml-100k-ranking", rankingCells("ranking alone"));
  }

  private static Table small() {
    return recipes("ablations-small")
        .row(FOLDER + "ml-100k-64", recipeCells("joint"))
        .row(FOLDER + "ml-100k-64-retrieval", retrievalCells("retrieval alone"))
        .row(FOLDER + "ml-100k-64-interleaved", recipeCells("joint, an action as two tokens"));
  }

  private static Table joint() {
    return recipes("ablations-joint")
        .row("quality-ml-100k", recipeCells("joint"))
        .row(FOLDER + "ml-100k-retrieval", retrievalCells("retrieval alone"))
        .row(FOLDER + "ml-100k-ranking-unmasked", rankingCells("ranking alone, no action masked"))
        .row(FOLDER + "ml-100k-ranking-32", rankingCells("ranking alone, a fifth masked"));
  }

  private static Table recipes(String name) {
    return Table.of(
        name,
        "recipe",
        "processor, build",
        "seeds, epochs",
        "HR@10",
        "NDCG@10",
        "AUC, rating ≥ 4",
        "AUC, rating ≤ 2");
  }

  private static String[] recipeCells(String label) {
    return cells(
        label, "{hr10|s4}", "{ndcg10|s4}", "{actions/like/auc|s4}", "{actions/dislike/auc|s4}");
  }

  private static String[] retrievalCells(String label) {
    return cells(label, "{hr10|s4}", "{ndcg10|s4}", "", "");
  }

  private static String[] rankingCells(String label) {
    return cells(label, "", "", "{actions/like/auc|s4}", "{actions/dislike/auc|s4}");
  }

  private static String[] cells(
      String label, String hr10, String ndcg10, String like, String dislike) {
    return new String[] {
      "[" + label + "]({@file})",
      "{/machine/cpu|cpu}, {/git}",
      "{seeds}, {epochs/mean|0}",
      hr10,
      ndcg10,
      like,
      dislike
    };
  }

  private static Table queries() {
    return Table.of(
            "ablations-queries",
            "recall of what the user does later",
            "a query for nothing special",
            "a query for likes",
            "a query for dislikes",
            "gain of the query for it, 95 % of resamples")
        .row(
            FOLDER + "ml-100k-queries-20", askedCells("the next twenty ratings, width 128", "like"))
        .row(
            FOLDER + "ml-100k-queries-20",
            askedCells("the next twenty ratings, width 128", "dislike"))
        .row(FOLDER + "ml-100k-queries", askedCells("the next five, width 64", "like"))
        .row(FOLDER + "ml-100k-queries", askedCells("the next five, width 64", "dislike"));
  }

  private static String[] askedCells(String label, String action) {
    return new String[] {
      "[" + label + "]({@file}), {queries/users} users: " + action + "s",
      "{queries/asked/nothing/" + action + "|4}",
      "{queries/asked/like/" + action + "|4}",
      "{queries/asked/dislike/" + action + "|4}",
      "{queries/gain/" + action + "/lower|4} to {queries/gain/" + action + "/upper|4}"
    };
  }

  private static Table several() {
    return Table.of(
            "ablations-several",
            "recall of all that the user does later, list of 50",
            "one query",
            "several queries",
            "gain, 95 % of resamples")
        .row(FOLDER + "ml-100k-queries-20", severalCells("the next twenty ratings, width 128"))
        .row(FOLDER + "ml-100k-queries", severalCells("the next five, width 64"));
  }

  private static String[] severalCells(String label) {
    return new String[] {
      "[" + label + "]({@file})",
      "{queries/one_query|4}",
      "{queries/several_queries|4}",
      "{queries/several_gain/lower|4} to {queries/several_gain/upper|4}"
    };
  }

  private static Table time() {
    return Table.of(
            "ablations-time",
            "what the model has besides the gap",
            "seeds",
            "NDCG@10 without the time",
            "NDCG@10 with the time",
            "five targets per user, without",
            "five targets per user, with",
            "minutes of a training")
        .row(FOLDER + "ml-100k-time#nothing", timeCells("nothing"))
        .row(FOLDER + "ml-100k-time#clock", timeCells("hour and day of the request"))
        .row(FOLDER + "ml-100k-time#bias", timeCells("a row for the request, and a time bias"))
        .row(FOLDER + "ml-100k-time#both", timeCells("all of these"));
  }

  private static String[] timeCells(String label) {
    return new String[] {
      "[" + label + "]({@file})",
      "{seeds}",
      "{ndcg10|s4}",
      "{with_time/ndcg10|s4}",
      "{five/ndcg10|s4}",
      "{five/with_time_ndcg10|s4}",
      "{train_minutes|s1}"
    };
  }

  private static Table kuaiRand() {
    return Table.of(
            "ablations-kuairand",
            "training",
            "processor, build",
            "click AUC",
            "click GAUC",
            "long view AUC",
            "long view GAUC",
            "HR@10",
            "NDCG@10")
        .row("quality-kuairand-pure", kuaiRandCells("joint", "{hr10|s4}", "{ndcg10|s4}"))
        .row(FOLDER + "kuairand-ranking", kuaiRandCells("ranking alone, seed 1", "", ""))
        .row(
            FOLDER + "kuairand-ranking-2",
            "[ranking alone, seed 2]({@file})",
            "{/machine/cpu|cpu}, {/git}",
            "{evaluation/auc/click|4}",
            "{evaluation/gauc/click|4}",
            "{evaluation/auc/long_view|4}",
            "{evaluation/gauc/long_view|4}",
            "",
            "")
        .row(
            FOLDER + "kuairand-retrieval",
            "[retrieval alone]({@file}), {seeds} seeds",
            "{/machine/cpu|cpu}, {/git}",
            "",
            "",
            "",
            "",
            "{hr10|s4}",
            "{ndcg10|s4}");
  }

  private static String[] kuaiRandCells(String label, String hr10, String ndcg10) {
    return new String[] {
      "[" + label + "]({@file})",
      "{/machine/cpu|cpu}, {/git}",
      "{actions/click/auc|s4}",
      "{actions/click/gauc|s4}",
      "{actions/long_view/auc|s4}",
      "{actions/long_view/gauc|s4}",
      hr10,
      ndcg10
    };
  }
}
