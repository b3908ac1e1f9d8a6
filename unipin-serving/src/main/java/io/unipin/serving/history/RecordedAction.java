package io.unipin.serving.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * One action of a user. The names in the action stay valid across bundles.
 *
 * @param actions names of the action types; empty for an impression without engagement
 */
public record RecordedAction(long itemId, List<String> actions, String surface, long timeMs) {
  /**
   * Chooses between records of the same event and revision: the greater record is valid. The order
   * is by time, item, actions and surface. Names are compared by their UTF-8 bytes.
   */
  public static final Comparator<RecordedAction> BY_CONTENT =
      Comparator.comparingLong(RecordedAction::timeMs)
          .thenComparingLong(RecordedAction::itemId)
          .thenComparing(RecordedAction::actions, RecordedAction::compareNames)
          .thenComparing(RecordedAction::surface, RecordedAction::compareNames);

  public RecordedAction {
    actions = List.copyOf(actions);
  }

  /** Returns the same action on another surface. */
  public RecordedAction on(String other) {
    return new RecordedAction(itemId, actions, other, timeMs);
  }

  /** Returns an action with a time and nothing else. */
  public static RecordedAction unknown(long timeMs) {
    return new RecordedAction(0, List.of(), "", timeMs);
  }

  private static int compareNames(List<String> one, List<String> other) {
    Iterator<String> left = one.iterator();
    Iterator<String> right = other.iterator();
    while (left.hasNext() && right.hasNext()) {
      int order = compareNames(left.next(), right.next());
      if (order != 0) {
        return order;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }

  private static int compareNames(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
