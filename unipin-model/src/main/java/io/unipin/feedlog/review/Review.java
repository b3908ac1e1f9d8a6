package io.unipin.feedlog.review;

import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Reviews a feed log. A pure function of the log and the present time. */
public final class Review {
  private Review() {}

  /**
   * Returns all findings, the worst first.
   *
   * @param nowMs the present time in milliseconds since 1970
   */
  public static List<Finding> of(FeedLog log, long nowMs) {
    List<Finding> findings = new ArrayList<>();
    new UserReview(log).add(findings);
    new ClockReview(log, nowMs).add(findings);
    new RepeatReview(log).add(findings);
    new BalanceReview(log).add(findings);
    new LeakReview(log).add(findings);
    findings.sort(Comparator.comparing(Finding::weight));
    return findings;
  }

  static String share(long part, long all) {
    return String.format(
        Locale.ROOT, "%,d of %,d (%.1f %%)", part, all, all == 0 ? 0 : 100.0 * part / all);
  }

  /** Returns the name of an item: its key, or else its id. */
  static String item(FeedLog log, int row) {
    String key = log.catalogue().key(row);
    return "item " + (key.isEmpty() ? String.valueOf(log.catalogue().id(row)) : key);
  }
}
