package io.unipin.feedlog.review;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.review.Finding.Weight;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Looks for actions and items that occur twice. */
final class RepeatReview {
  private static final double OFTEN = 0.01;
  private static final double MANY_TITLES = 0.3;

  private final FeedLog log;

  RepeatReview(FeedLog log) {
    this.log = log;
  }

  /** An action without its user. */
  private record Deed(int item, long time, long bits, int surface) {}

  void add(List<Finding> findings) {
    actions(findings);
    keys(findings);
    titles(findings);
  }

  private void actions(List<Finding> findings) {
    long count = 0;
    String example = "";
    for (int user = 0; user < log.users(); user++) {
      Set<Deed> seen = new HashSet<>();
      for (int a = log.actionStart(user); a < log.actionStart(user + 1); a++) {
        long time = log.actionTimes()[a];
        Deed deed =
            new Deed(log.actionItems()[a], time, log.actionBits()[a], log.actionSurfaces()[a]);
        if (time != FeedLog.NO_TIME && !seen.add(deed)) {
          count++;
          example = "user %s, %s".formatted(log.user(user), Review.item(log, deed.item()));
        }
      }
    }
    if (count > 0) {
      findings.add(
          new Finding(
              "repeated-actions",
              count > OFTEN * log.actions() ? Weight.REGRET : Weight.NOTE,
              count,
              Review.share(count, log.actions())
                  + " actions equal another one in user, item, time and types",
              example,
              "give each event an event_id, or SELECT DISTINCT: a repeat counts twice in training"));
    }
  }

  private void keys(List<Finding> findings) {
    Catalogue items = log.catalogue();
    Map<String, Integer> plain = new HashMap<>();
    long count = 0;
    String example = "";
    for (int row = 0; row < items.size(); row++) {
      String key = items.key(row);
      if (key.isEmpty()) {
        continue;
      }
      Integer other = plain.putIfAbsent(key.strip().toLowerCase(Locale.ROOT), row);
      if (other != null) {
        count++;
        example = "'" + items.key(other) + "' and '" + key + "'";
      }
    }
    if (count > 0) {
      findings.add(
          new Finding(
              "nearly-equal-keys",
              Weight.REGRET,
              count,
              count + " keys differ from another key only in case or blanks",
              example,
              "write each key in one way: lower(trim(key)) in the mapping"));
    }
  }

  private void titles(List<Finding> findings) {
    Catalogue items = log.catalogue();
    Map<String, Integer> first = new HashMap<>();
    long count = 0;
    String example = "";
    for (int row = 0; row < items.size(); row++) {
      String title = items.title(row);
      if (title.isBlank()) {
        continue;
      }
      Integer other = first.putIfAbsent(title, row);
      if (other != null) {
        count++;
        example =
            "'%s': %s and %s".formatted(title, Review.item(log, other), Review.item(log, row));
      }
    }
    if (count > MANY_TITLES * items.size()) {
      findings.add(
          new Finding(
              "repeated-titles",
              Weight.NOTE,
              count,
              Review.share(count, items.size()) + " items have the title of another item",
              example,
              "if they are variants of one product, let the product be the item"));
    }
  }
}
