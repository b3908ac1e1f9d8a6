package io.unipin.cli.data;

import io.unipin.cli.console.Table;
import io.unipin.feedlog.FeedLog;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Describes a feed log's content as text for a person. */
public final class FeedLogText {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

  private FeedLogText() {}

  public static String sizes(FeedLog log) {
    String bad =
        log.badRows() == 0
            ? ""
            : String.format(Locale.ROOT, ", %,d bad rows left out", log.badRows());
    return String.format(
        Locale.ROOT,
        "%,d users, %,d items, %,d actions, %,d feedviews with %,d impressions%s",
        log.users(),
        log.catalogue().size(),
        log.actions(),
        log.views(),
        log.impressions(),
        bad);
  }

  /**
   * Returns the day of the first action and the day of the last action as text. The text is empty
   * for a log without times.
   */
  public static String days(FeedLog log) {
    long[] times = Arrays.stream(log.actionTimes()).filter(t -> t != FeedLog.NO_TIME).toArray();
    if (times.length == 0) {
      return "";
    }
    long first = Arrays.stream(times).min().orElseThrow();
    long last = Arrays.stream(times).max().orElseThrow();
    return DAY.format(Instant.ofEpochMilli(first))
        + " to "
        + DAY.format(Instant.ofEpochMilli(last));
  }

  /**
   * Returns how often each action type occurs among the actions. If the log has feedviews, also
   * returns how often each action type occurs among the impressions.
   */
  public static Table counts(FeedLog log) {
    Table table = new Table("action", "actions", "share of impressions", "");
    List<String> names = log.schema().actions();
    for (int c = 0; c < names.size(); c++) {
      long actions = count(log.actionBits(), c);
      String share =
          log.impressions() == 0
              ? "-"
              : String.format(
                  Locale.ROOT,
                  "%.1f %%",
                  100.0 * count(log.impressionBits(), c) / log.impressions());
      boolean positive = log.schema().positives().contains(names.get(c));
      table.row(
          names.get(c),
          String.format(Locale.ROOT, "%,d", actions),
          share,
          positive ? "what retrieval should find" : "");
    }
    return table;
  }

  private static long count(long[] bits, int action) {
    return Arrays.stream(bits).filter(b -> (b >>> action & 1) == 1).count();
  }
}
