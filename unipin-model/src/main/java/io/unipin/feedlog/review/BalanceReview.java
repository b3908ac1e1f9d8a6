package io.unipin.feedlog.review;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.review.Finding.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Looks at how often each item and each action type occurs. */
final class BalanceReview {
  private static final long FEW = 50;
  private static final double NEARLY_ALL = 0.99;
  private static final double HALF = 0.5;

  private final FeedLog log;

  BalanceReview(FeedLog log) {
    this.log = log;
  }

  void add(List<Finding> findings) {
    if (log.actions() == 0) {
      findings.add(
          new Finding(
              "no-actions",
              Weight.REFUSE,
              0,
              "the log has no actions",
              log.views() + " feedviews",
              "a model learns to retrieve from actions: write them to the table actions"));
      return;
    }
    items(findings);
    types(findings);
    impressions(findings);
  }

  private void items(List<Finding> findings) {
    long[] counts = new long[log.catalogue().size()];
    for (int item : log.actionItems()) {
      counts[item]++;
    }
    long unused = Arrays.stream(counts).filter(count -> count == 0).count();
    int most = 0;
    for (int row = 0; row < counts.length; row++) {
      most = counts[row] > counts[most] ? row : most;
    }
    if (unused > HALF * counts.length) {
      findings.add(
          new Finding(
              "items-without-actions",
              Weight.NOTE,
              unused,
              Review.share(unused, counts.length) + " items have no action",
              Review.item(log, firstUnused(counts)),
              "describe them by content or attributes, or leave out what is no longer on offer"));
    }
    if (counts[most] > HALF * log.actions()) {
      findings.add(
          new Finding(
              "one-item",
              Weight.REGRET,
              counts[most],
              Review.share(counts[most], log.actions()) + " actions are on one item",
              Review.item(log, most),
              "check the mapping: a default value or a home page is no item"));
    }
  }

  private static int firstUnused(long[] counts) {
    for (int row = 0; row < counts.length; row++) {
      if (counts[row] == 0) {
        return row;
      }
    }
    return 0;
  }

  private void types(List<Finding> findings) {
    List<String> names = log.schema().actions();
    for (int c = 0; c < names.size(); c++) {
      long bit = 1L << c;
      long acted = Arrays.stream(log.actionBits()).filter(bits -> (bits & bit) != 0).count();
      long shown = Arrays.stream(log.impressionBits()).filter(bits -> (bits & bit) != 0).count();
      boolean positive = log.schema().positives().contains(names.get(c));
      if (acted + shown == 0) {
        findings.add(
            new Finding(
                "action-never-occurs",
                positive ? Weight.REGRET : Weight.NOTE,
                0,
                "the action '" + names.get(c) + "' never occurs",
                "schema: " + names,
                "its probability can't be learned: leave it out of feedlog.yaml, or map it"));
      } else if (acted + shown < FEW) {
        findings.add(
            new Finding(
                "rare-action",
                Weight.NOTE,
                acted + shown,
                String.format(
                    Locale.ROOT, "the action '%s' occurs %,d times", names.get(c), acted + shown),
                String.format(
                    Locale.ROOT,
                    "of %,d actions and %,d impressions",
                    log.actions(),
                    log.impressions()),
                "its probability is learned badly: join it with a similar action, or read more"));
      }
    }
  }

  private void impressions(List<Finding> findings) {
    if (log.impressions() == 0) {
      return;
    }
    long engaged = Arrays.stream(log.impressionBits()).filter(bits -> bits != 0).count();
    double share = (double) engaged / log.impressions();
    if (share > NEARLY_ALL || engaged == 0) {
      findings.add(
          new Finding(
              "no-contrast",
              Weight.REGRET,
              engaged,
              Review.share(engaged, log.impressions()) + " impressions have an action",
              slates(),
              engaged == 0
                  ? "join the actions to the impressions"
                  : "write the items that were shown without an action, too: ranking learns from the difference"));
    } else if (share < 1e-3) {
      findings.add(
          new Finding(
              "imbalance",
              Weight.REGRET,
              engaged,
              Review.share(engaged, log.impressions()) + " impressions have an action",
              String.format(Locale.ROOT, "%,.0f impressions for each", 1 / share),
              "check the join of actions to impressions, or leave out pages without any action"));
    }
  }

  private String slates() {
    double items = (double) log.impressions() / Math.max(1, log.views());
    return String.format(Locale.ROOT, "slates have %.1f items on average", items);
  }
}
