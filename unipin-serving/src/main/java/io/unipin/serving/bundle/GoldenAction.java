package io.unipin.serving.bundle;

import java.util.List;

/**
 * One action of a {@link GoldenQuery}'s history.
 *
 * @param item id in the bundle's catalogue
 * @param actions names
 */
record GoldenAction(long item, List<String> actions, String surface, long timeMs) {
  GoldenAction {
    actions = List.copyOf(actions);
  }
}
