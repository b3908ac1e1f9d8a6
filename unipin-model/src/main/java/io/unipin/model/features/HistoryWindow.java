package io.unipin.model.features;

/**
 * The window of a user's lifetime actions that the model reads.
 *
 * <p>Let n be the number of the user's actions, and W the largest number of actions in a window.
 * The window starts at index {@code s(n) = (W/4) max(0, ceil((n - W) / (W/4)))}. The start depends
 * only on n. The window is therefore the same if a history is encoded as a whole or action by
 * action. The start moves only every W/4 actions, so most new actions keep the cached state valid.
 */
public final class HistoryWindow {
  private HistoryWindow() {}

  /**
   * Returns the index of the window's first action among {@code lifetimeActions}.
   * {@code maxHistory} is a positive multiple of 4.
   */
  public static long start(long lifetimeActions, int maxHistory) {
    if (maxHistory < 4 || maxHistory % 4 != 0) {
      throw new IllegalArgumentException(
          "maxHistory: positive multiple of 4 expected, got " + maxHistory);
    }
    if (lifetimeActions < 0) {
      throw new IllegalArgumentException(
          "lifetimeActions: 0 or more expected, got " + lifetimeActions);
    }
    long step = maxHistory / 4;
    long over = lifetimeActions - maxHistory;
    return over <= 0 ? 0 : step * ((over + step - 1) / step);
  }
}
