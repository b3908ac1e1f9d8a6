package io.unipin.serving.bundle;

import java.util.List;

/**
 * One action in the history of a {@link GoldenQuery}.
 *
 * @param item item id in the bundle's catalogue
 * @param actions names of the action types
 */
record GoldenAction(long item, List<String> actions, String surface, long timeMs) {
  GoldenAction {
    actions = List.copyOf(actions);
  }
}
