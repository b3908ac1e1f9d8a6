package io.unipin.evaluate.slices;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingCounts;
import io.unipin.feedlog.split.Withheld;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A division of targets and impressions into classes. Immutable.
 *
 * @param key name in figures
 * @param classes names of the classes
 * @param targets gives the class of a target
 * @param impressions gives the class of an impression
 */
record Slicing(String key, List<String> classes, ClassOf targets, ClassOf impressions) {
  /**
   * Key of the slicing that separates withheld items from other items. Its first class is
   * {@link #COLD}.
   */
  static final String WITHHELD = "withheld";

  static final String COLD = "cold";

  private static final int[] COUNTS = {1, 5, 16, 100};
  private static final List<String> COUNT_NAMES = List.of("0", "1-4", "5-15", "16-99", "100+");
  private static final long DAY_MS = 24 * 3_600_000L;
  private static final int[] AGES = {1, 7, 28};
  private static final List<String> AGE_NAMES =
      List.of("under 1 d", "1-7 d", "7-28 d", "28 d or more", "unknown");

  /** Returns the index of the class of a target or an impression. */
  @FunctionalInterface
  interface ClassOf {
    /**
     * Returns the index of the class.
     *
     * @param item catalogue row
     * @param history number of the user's actions before the target or impression
     * @param timeMs time in milliseconds since 1970, or {@link FeedLog#NO_TIME}
     */
    int of(int item, int history, long timeMs);
  }

  /**
   * Returns all slicings that a log allows. Some of them need times of creation or withheld items.
   */
  static List<Slicing> of(FeedLog log, Holdout holdout) {
    TrainingCounts counts = TrainingCounts.of(log, holdout);
    List<Slicing> all = new ArrayList<>();
    all.add(same("all", List.of("all"), (item, history, time) -> 0));
    all.add(
        new Slicing(
            "training_count",
            COUNT_NAMES,
            (item, history, time) -> reached(COUNTS, counts.positives()[item]),
            (item, history, time) -> reached(COUNTS, counts.impressions()[item])));
    if (areAgesKnown(log)) {
      all.add(same("age", AGE_NAMES, (item, history, time) -> age(log.catalogue(), item, time)));
    }
    all.add(same("history", COUNT_NAMES, (item, history, time) -> reached(COUNTS, history)));
    Withheld withheld = holdout.withheld();
    if (!withheld.isEmpty()) {
      all.add(
          same(
              WITHHELD,
              List.of(COLD, "warm"),
              (item, history, time) -> withheld.contains(item) ? 0 : 1));
    }
    return all;
  }

  private static Slicing same(String key, List<String> classes, ClassOf both) {
    return new Slicing(key, classes, both, both);
  }

  /** Whether a log tells when items were created and when users acted. */
  private static boolean areAgesKnown(FeedLog log) {
    Catalogue catalogue = log.catalogue();
    return Arrays.stream(log.actionTimes()).anyMatch(time -> time != FeedLog.NO_TIME)
        && IntStream.range(0, catalogue.size())
            .anyMatch(item -> catalogue.createdMs(item) != FeedLog.NO_TIME);
  }

  private static int age(Catalogue catalogue, int item, long timeMs) {
    long created = catalogue.createdMs(item);
    boolean known = created != FeedLog.NO_TIME && timeMs != FeedLog.NO_TIME && timeMs >= created;
    return known ? reached(AGES, (timeMs - created) / DAY_MS) : AGES.length + 1;
  }

  /** Returns how many of the ascending bounds a value reaches. */
  private static int reached(int[] bounds, long value) {
    int index = 0;
    while (index < bounds.length && value >= bounds[index]) {
      index++;
    }
    return index;
  }
}
