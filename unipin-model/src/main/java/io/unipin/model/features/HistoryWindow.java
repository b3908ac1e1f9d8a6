package io.unipin.model.features;

/**
 * Which of a user's lifetime actions the model reads.
 *
 * <p>Of n actions, those from {@code s(n) = (W/4) max(0, ceil((n - W) / (W/4)))} on, W being the longest history: a
 * function of n alone, so that a prefill and a chain of appends agree, and one that moves only every W/4 actions, so that
 * a cached state survives most of them.
 */
public final class HistoryWindow {
  private HistoryWindow() {}

  /** Index of the window's first action among {@code lifetimeActions}; {@code maxHistory} is a positive multiple of 4. */
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
