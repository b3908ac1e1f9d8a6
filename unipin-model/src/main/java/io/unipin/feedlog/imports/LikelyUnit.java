package io.unipin.feedlog.imports;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Finds times that are allowed but probably in another unit than milliseconds. */
final class LikelyUnit {
  private static final long DAY_MS = 86_400_000L;

  /**
   * Length of January 1970. Times until 2055 that are given in seconds lie in this month if they
   * are read as milliseconds.
   */
  private static final long MONTH_MS = 31 * DAY_MS;

  /** Number of days from 1970 to 2106. A number of at most this size may be a time in days. */
  private static final long MAX_DAYS = 50_000;

  private LikelyUnit() {}

  /** Returns one warning for each column whose times all lie in January 1970. */
  static List<String> warnings(FeedLog log) {
    List<String> warnings = new ArrayList<>();
    add(warnings, "actions.time_ms", LongStream.of(log.actionTimes()));
    add(warnings, "feedviews.time_ms", LongStream.of(log.viewTimes()));
    Catalogue items = log.catalogue();
    LongStream.Builder created = LongStream.builder();
    for (int row = 0; row < items.size(); row++) {
      created.add(items.item(row).createdMs());
    }
    add(warnings, "items.created_ms", created.build());
    return warnings;
  }

  private static void add(List<String> warnings, String column, LongStream times) {
    var known = times.filter(time -> time != FeedLog.NO_TIME).summaryStatistics();
    if (known.getCount() > 0 && known.getMax() < MONTH_MS && known.getMin() >= 0) {
      boolean days = known.getMax() <= MAX_DAYS;
      warnings.add(
          column
              + ": milliseconds since 1970 expected, got times of January 1970 alone ("
              + known.getMin()
              + " to "
              + known.getMax()
              + "), most likely "
              + (days ? "days: multiply by 86400000" : "seconds: multiply by 1000"));
    }
  }
}
