package io.unipin.evaluate;

import java.util.Locale;

/** Formats an evaluation as lines of text. */
final class EvaluationTable {
  private final StringBuilder text = new StringBuilder();

  private EvaluationTable() {}

  static String of(Evaluation evaluation) {
    EvaluationTable table = new EvaluationTable();
    table.retrieval(evaluation.retrieval());
    table.ranking(evaluation.ranking());
    return table.text.toString();
  }

  private void retrieval(RetrievalMetrics retrieval) {
    line(
        "Retrieval over the whole catalogue: %,d users (%,d left out: %,d targets seen before, %,d"
            + " without a target)",
        retrieval.model().users(),
        retrieval.repeats() + retrieval.targetless(),
        retrieval.repeats(),
        retrieval.targetless());
    if (retrieval.model().users() == 0) {
      return;
    }
    line(
        "  %-13s %8s %8s %8s %8s %8s %8s %8s  %s",
        "", "HR@10", "NDCG@10", "HR@50", "NDCG@50", "HR@200", "NDCG@200", "MRR", "equal scores");
    ranks("model", retrieval.model());
    if (retrieval.page().users() > 0) {
      ranks("served page", retrieval.page());
    }
    if (retrieval.timed().users() > 0) {
      ranks("with time", retrieval.timed());
      ranks("  served page", retrieval.timedPage());
    }
    ranks("popularity", retrieval.popularity());
    if (retrieval.recent().users() > 0) {
      ranks("  last 7 days", retrieval.recent());
    }
  }

  private void ranks(String name, Ranks ranks) {
    line(
        "  %-13s %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f  %s",
        name,
        ranks.hr(10),
        ranks.ndcg(10),
        ranks.hr(50),
        ranks.ndcg(50),
        ranks.hr(200),
        ranks.ndcg(200),
        ranks.mrr(),
        "smaller id");
  }

  private void ranking(RankingMetrics ranking) {
    line(
        "Ranking: %,d impressions in %,d %s of %,d users",
        ranking.impressions(),
        ranking.views(),
        ranking.feedviews() ? "feedviews" : "held-out actions",
        ranking.users());
    if (ranking.impressions() == 0) {
      return;
    }
    line(
        "  %-12s %-12s %8s %8s %9s %8s %8s %9s  %s",
        "", "", "AUC", "GAUC", "log loss", "NE", "ECE", "slate MRR", "equal scores");
    for (int c = 0; c < ranking.actions().size(); c++) {
      ActionMetrics action = ranking.actions().get(c);
      row(action.action(), "model", action.model());
      row(String.format(Locale.ROOT, "  rate %.4f", action.baseRate()), "user+item", action.bias());
      row("", "popularity", action.popularity());
      difference("AUC over user+item", action.gain());
      if (!ranking.counted().isEmpty()) {
        RankingMetrics.Counted counted = ranking.counted().get(c);
        row("", "without counts", counted.without());
        difference("AUC by its counts", counted.aucGain());
        difference("GAUC by its counts", counted.gaucGain());
      }
      if (!ranking.counts().isEmpty()) {
        row("", "counts", ranking.counts().get(c).row());
        difference("GAUC over counts", ranking.counts().get(c).gain());
      }
    }
  }

  private void difference(String name, PairedBootstrap.Difference gain) {
    if (!Double.isNaN(gain.difference())) {
      line(
          "  %-12s %s: %+.4f (95 %% of resamples: %+.4f to %+.4f)",
          "", name, gain.difference(), gain.lower(), gain.upper());
    }
  }

  private void row(String action, String name, RankingRow row) {
    line(
        "  %-12s %-12s %8s %8s %9s %8s %8s %9s  %s",
        action,
        name,
        number(row.auc()),
        number(row.gauc()),
        number(row.logLoss()),
        number(row.normalisedEntropy()),
        number(row.calibrationError()),
        number(row.slateMrr()),
        "half, smaller id");
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
