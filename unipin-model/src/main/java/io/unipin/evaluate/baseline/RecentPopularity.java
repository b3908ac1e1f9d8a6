package io.unipin.evaluate.baseline;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A baseline of current popularity. An item's score is the number of positive actions that any user
 * took on it in the seven days before the target's action. Actions of held-out splits do not count.
 * If the log is split by time, the seven days before the split are used instead. A withheld item
 * scores 0. Immutable.
 */
public final class RecentPopularity {
  private static final long WINDOW_MS = 7 * 24 * 3_600_000L;

  private final int items;
  private final long splitTime;
  private final long[] times;
  private final int[] itemsByTime;

  private RecentPopularity(int items, long splitTime, long[] times, int[] itemsByTime) {
    this.items = items;
    this.splitTime = splitTime;
    this.times = times;
    this.itemsByTime = itemsByTime;
  }

  public static RecentPopularity of(FeedLog log, Holdout holdout, Part part) {
    int[] rows =
        IntStream.range(0, log.users())
            .flatMap(
                user -> {
                  int start = log.actionStart(user);
                  int end =
                      part == Part.TEST ? holdout.validationEnd(user) : holdout.trainEnd(user);
                  return IntStream.range(start, start + end);
                })
            .filter(row -> log.actionTimes()[row] != FeedLog.NO_TIME)
            .filter(row -> (log.actionBits()[row] & log.schema().positiveBits()) != 0)
            .filter(row -> !holdout.withheld().contains(log.actionItems()[row]))
            .boxed()
            .sorted((a, b) -> Long.compare(log.actionTimes()[a], log.actionTimes()[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    long[] times = IntStream.of(rows).mapToLong(row -> log.actionTimes()[row]).toArray();
    int[] itemsByTime = IntStream.of(rows).map(row -> log.actionItems()[row]).toArray();
    return new RecentPopularity(log.catalogue().size(), holdout.begins(part), times, itemsByTime);
  }

  /** Whether the log has times. Without times there is no recent popularity. */
  public boolean isKnown() {
    return times.length > 0;
  }

  /** Returns the scores (items) for a target whose action has the given time. */
  public float[] before(long targetTime) {
    long now = splitTime == FeedLog.NO_TIME ? targetTime : splitTime;
    float[] counts = new float[items];
    for (int i = firstFrom(now - WINDOW_MS); i < times.length && times[i] < now; i++) {
      counts[itemsByTime[i]]++;
    }
    return counts;
  }

  private int firstFrom(long time) {
    int at = Arrays.binarySearch(times, time);
    if (at < 0) {
      return -at - 1;
    }
    while (at > 0 && times[at - 1] == time) {
      at--;
    }
    return at;
  }
}
