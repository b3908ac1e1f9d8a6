package io.unipin.cli.trial;

import org.jspecify.annotations.Nullable;

/**
 * Says how long the first training may take.
 *
 * @param asked seconds that a person asked for; null to take what is left of the time before the
 *     first page
 */
record TrialClock(@Nullable Integer asked) {
  /** Smallest time limit of a training, in seconds. A shorter training would learn nothing. */
  static final int LEAST = 10;

  /**
   * Largest time limit of a training, in seconds. More time would not improve the model of a small
   * log.
   */
  static final int MOST = 30;

  /** The first page should appear this many seconds after the command began. */
  private static final int PAGE = 52;

  /**
   * Seconds for all steps after the files were read, except the training itself: the start of the
   * training, the evaluation, the start of the server, and the page.
   */
  private static final int OTHER_STEPS = 16;

  /**
   * Returns the time limit of the training in seconds.
   *
   * @param elapsed seconds since the command began
   */
  int seconds(long elapsed) {
    if (asked != null) {
      return asked;
    }
    return (int) Math.max(LEAST, Math.min(MOST, PAGE - OTHER_STEPS - elapsed));
  }
}
