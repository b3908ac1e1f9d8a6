package io.unipin.serving.history;

import java.util.List;

/**
 * A user's known actions.
 *
 * @param lifetime number of all actions of the user
 * @param newest newest actions, oldest first
 */
public record UserHistory(long lifetime, List<RecordedAction> newest) {
  public static final UserHistory EMPTY = new UserHistory(0, List.of());

  public UserHistory {
    newest = List.copyOf(newest);
    if (lifetime < newest.size()) {
      throw new IllegalArgumentException(
          "lifetime of at least " + newest.size() + " expected, got " + lifetime);
    }
  }

  /** Returns the time of the newest action in milliseconds since the epoch; 0 if there is none. */
  public long lastTimeMs() {
    return newest.isEmpty() ? 0 : newest.get(newest.size() - 1).timeMs();
  }
}
