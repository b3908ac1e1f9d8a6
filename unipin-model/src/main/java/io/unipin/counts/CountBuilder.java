package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Protocol;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Counts the training part of a feed log. Nothing from other parts and nothing about withheld items
 * is counted. So no count holds the label of an impression that is later ranked by this count.
 */
public final class CountBuilder {
  private static final long NO_TIMES = 0;

  private final FeedLog log;
  private final Holdout holdout;
  private final Slates slates;
  private final CountedNames names;
  private final CountLayout layout;
  private final long untilMs;
  private final int[] categories;
  private final int[] authors;

  private CountBuilder(
      FeedLog log,
      Holdout holdout,
      Catalogue catalogue,
      CountedNames names,
      List<CountWindow> windows,
      Actions actions,
      long untilMs) {
    this.log = log;
    this.holdout = holdout;
    this.slates = new Slates(log, holdout);
    this.names = names;
    this.untilMs = untilMs;
    this.categories = numbers(catalogue.size(), catalogue::category);
    this.authors = numbers(catalogue.size(), catalogue::author);
    this.layout =
        new CountLayout(
            Checksum.of(catalogue),
            catalogue.size(),
            distinct(categories),
            distinct(authors),
            names.actions(),
            names.surfaces(),
            windows,
            actions.before(),
            actions.own());
  }

  /**
   * Which actions are counted beside impressions.
   *
   * @param before whether those from before the log's first feedview are counted
   * @param own whether the newest ones of each user are counted
   */
  private record Actions(boolean before, boolean own) {}

  /**
   * Counts the training part of a log for a model with the log's items, actions and surfaces. A
   * limited window is used only if it is shorter than the training part.
   *
   * @throws CountsException if the log has no impressions
   */
  public static CountTables count(FeedLog log, Holdout holdout) {
    requireImpressions(log);
    Span span = Span.of(log, holdout);
    List<CountWindow> windows = new ArrayList<>();
    for (CountWindow window : CountWindow.values()) {
      if (window == CountWindow.ALL || window.isShorterThan(span.untilMs() - span.fromMs())) {
        windows.add(window);
      }
    }
    CountedNames names = CountedNames.of(log, log.catalogue(), log.schema());
    return new CountBuilder(
            log,
            holdout,
            log.catalogue(),
            names,
            windows,
            new Actions(hasActionsBefore(log, holdout), true),
            span.untilMs())
        .tables();
  }

  /**
   * Counts a newer log for an existing model: everything before an instant, with the same inputs as
   * earlier tables.
   *
   * @param catalogue the catalogue of the model's bundle
   * @throws CountsException if the log has no impressions or no times, begins after the instant, or
   *     lacks one of the model's actions
   */
  public static CountTables recount(
      FeedLog log, Instant until, CountTables earlier, Catalogue catalogue) {
    requireImpressions(log);
    CountLayout before = earlier.layout();
    if (!Checksum.of(catalogue).equals(before.catalogue())) {
      throw new CountsException(
          "counts of the bundle's %s items expected, got counts of %s other items"
              .formatted(catalogue.size(), before.items()));
    }
    Holdout holdout;
    try {
      holdout = Holdout.timeSplit(log, until.toEpochMilli(), until.toEpochMilli());
    } catch (IllegalArgumentException e) {
      throw new CountsException("a feed log with times expected: " + e.getMessage(), e);
    }
    long first = firstFeedviewMs(log);
    if (first >= until.toEpochMilli()) {
      throw new CountsException(
          "a feed log with feedviews before %s expected, got one whose first is of %s"
              .formatted(until, Instant.ofEpochMilli(first)));
    }
    CountedNames names = CountedNames.of(log, catalogue, before.actions(), before.surfaces());
    return new CountBuilder(
            log,
            holdout,
            catalogue,
            names,
            before.windows(),
            new Actions(before.before(), before.own()),
            until.toEpochMilli())
        .tables();
  }

  private static void requireImpressions(FeedLog log) {
    if (log.impressions() == 0) {
      throw new CountsException("a feed log with impressions expected, got one without");
    }
  }

  /**
   * The span of time in which a log is counted, in milliseconds since 1970. Both are 0 if an
   * impression has no time.
   */
  private record Span(long fromMs, long untilMs) {
    static Span of(FeedLog log, Holdout holdout) {
      long from = Long.MAX_VALUE;
      long last = NO_TIMES;
      for (int user = 0; user < log.users(); user++) {
        for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
          long time = log.viewTimes()[view];
          if (time == FeedLog.NO_TIME) {
            return new Span(NO_TIMES, NO_TIMES);
          }
          if (holdout.part(user, view) == Part.TRAIN) {
            from = Math.min(from, time);
            last = Math.max(last, time);
          }
        }
      }
      boolean byTime = holdout.protocol() == Protocol.TIME_SPLIT;
      long until = byTime ? holdout.begins(Part.VALIDATION) : last + 1;
      return new Span(Math.min(from, until), until);
    }
  }

  private CountTables tables() {
    try (CountSql sql = CountSql.open(layout)) {
      long first = firstFeedviewMs(log);
      for (int user = 0; user < log.users(); user++) {
        addImpressions(user, sql);
        addActions(user, first, sql);
      }
      return CountTables.of(sql.counted(untilMs, categories, authors));
    }
  }

  private void addImpressions(int user, CountSql sql) {
    for (Slate slate : slates.of(user)) {
      if (slate.part() != Part.TRAIN) {
        continue;
      }
      int segment = Segments.of(categories, names.items(positives(user, slate.history())));
      boolean timed = untilMs != NO_TIMES && slate.timeMs() != FeedLog.NO_TIME;
      long age = timed ? untilMs - slate.timeMs() : Long.MAX_VALUE;
      for (int i = slate.from(); i < slate.to(); i++) {
        int logItem = slates.items()[i];
        int item = names.item(logItem);
        if (item != CountQuery.NONE && !holdout.withheld().contains(logItem)) {
          sql.shown(
              user,
              new CountSql.Described(
                  names.surface(slate.surface()), segment, item, categories[item], authors[item]),
              age,
              names.bits(slates.bits()[i]));
        }
      }
    }
  }

  private int[] positives(int user, int history) {
    return UserPositives.last(log, user, history, CountQuery.SEGMENT_POSITIVES);
  }

  private void addActions(int user, long firstFeedviewMs, CountSql sql) {
    int start = log.actionStart(user);
    int end = start + holdout.trainEnd(user);
    for (int i = start; i < end; i++) {
      int logItem = log.actionItems()[i];
      int item = names.item(logItem);
      if (item == CountQuery.NONE || holdout.withheld().contains(logItem)) {
        continue;
      }
      long time = log.actionTimes()[i];
      if (layout.before() && time != FeedLog.NO_TIME && time < firstFeedviewMs) {
        sql.before(user, item, names.bits(log.actionBits()[i]));
      }
      if (layout.own() && i >= end - OwnActions.MOST) {
        sql.own(user, names.bits(log.actionBits()[i]));
      }
      if ((log.actionBits()[i] & log.schema().positiveBits()) != 0) {
        sql.positive(user, i, item);
      }
    }
  }

  /** Whether any training action is older than the log's first feedview. */
  private static boolean hasActionsBefore(FeedLog log, Holdout holdout) {
    long first = firstFeedviewMs(log);
    for (int user = 0; user < log.users(); user++) {
      // a user's actions are ordered oldest first
      long time = holdout.trainEnd(user) == 0 ? first : log.actionTimes()[log.actionStart(user)];
      if (time != FeedLog.NO_TIME && time < first) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the time of the log's first feedview, in milliseconds since 1970; {@link
   * FeedLog#NO_TIME} if a feedview has no time.
   */
  private static long firstFeedviewMs(FeedLog log) {
    long first = Long.MAX_VALUE;
    for (long time : log.viewTimes()) {
      if (time == FeedLog.NO_TIME) {
        return FeedLog.NO_TIME;
      }
      first = Math.min(first, time);
    }
    return first;
  }

  /** Numbers the distinct names of items in the order of the rows. An empty name has no number. */
  private static int[] numbers(int items, IntFunction<String> name) {
    Map<String, Integer> numbers = new HashMap<>();
    int[] of = new int[items];
    for (int item = 0; item < items; item++) {
      String text = name.apply(item);
      of[item] =
          text.isEmpty()
              ? CountQuery.NONE
              : numbers.computeIfAbsent(text, unseen -> numbers.size());
    }
    return of;
  }

  private static int distinct(int[] numbers) {
    int most = CountQuery.NONE;
    for (int number : numbers) {
      most = Math.max(most, number);
    }
    return most + 1;
  }
}
