package io.unipin.benchmarks.trial;

import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * An action of a simulated feed, or an item that the feed showed.
 *
 * @param user row of the user
 * @param item row of the item
 * @param timeMs milliseconds since 1970
 * @param slate number of the feedview; -1 if the event does not belong to one
 * @param position index of the item in the feedview, from 0
 * @param bits what the user did; 0 if the item was only shown
 */
record FeedEvent(int user, int item, long timeMs, int slate, int position, long bits) {
  static final long CLICK = 1;
  static final long SAVE = 2;
  static final long HIDE = 4;

  /** Milliseconds from a page to the first action on it. */
  private static final long LOOK_MS = 3_000;

  /** Returns the actions of a log in the order of time, without hides. */
  static List<FeedEvent> actions(FeedLog log) {
    List<FeedEvent> events = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (int at = log.actionStart(user); at < log.actionStart(user + 1); at++) {
        long bits = log.actionBits()[at];
        if ((bits & HIDE) == 0) {
          int item = log.actionItems()[at];
          events.add(new FeedEvent(user, item, log.actionTimes()[at], -1, 0, bits));
        }
      }
    }
    events.sort(Comparator.comparingLong(FeedEvent::timeMs));
    return events;
  }

  /**
   * Returns the items that a log's feedviews showed, and the actions on them as events of their
   * own, in the order of time.
   */
  static List<FeedEvent> shown(FeedLog log) {
    List<FeedEvent> events = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        int start = log.impressionStart(view);
        long time = log.viewTimes()[view];
        for (int at = start; at < log.impressionStart(view + 1); at++) {
          int place = at - start;
          int item = log.impressionItems()[at];
          events.add(new FeedEvent(user, item, time, view, place, 0));
          long bits = log.impressionBits()[at];
          long acted = time + LOOK_MS + 500L * place;
          for (long bit = CLICK; bit <= HIDE; bit <<= 1) {
            if ((bits & bit) != 0) {
              events.add(new FeedEvent(user, item, acted, view, place, bit));
            }
          }
        }
      }
    }
    events.sort(Comparator.comparingLong(FeedEvent::timeMs));
    return events;
  }

  /** Returns a UUID that depends only on the user. */
  String uuid() {
    return new UUID(0x5eed_0000_4000L | (long) user << 48, Long.MIN_VALUE | 977L * user).toString();
  }

  /** Returns a number from 0 to {@code n - 1} that depends only on the event. */
  int draw(int n) {
    return Math.floorMod(user * 31 + item * 17 + Long.hashCode(timeMs), n);
  }

  static String padded(String prefix, int number) {
    return prefix + String.format(Locale.ROOT, "%06d", number);
  }
}
