package io.unipin.serving.history;

import java.util.List;

/**
 * One action of a user, by names that outlive a bundle.
 *
 * @param actions names of the action types; empty for an impression without engagement
 */
public record RecordedAction(long itemId, List<String> actions, String surface, long timeMs) {
  public RecordedAction {
    actions = List.copyOf(actions);
  }
}
