package io.unipin.train;

import io.unipin.data.FeedLog;

/**
 * Which part of a feed log trains, validates and tests: per user, the last actions are held out.
 *
 * <p>A feedview trains when it lies strictly before the user's first held-out action. Its impressions carry the labels of
 * the actions made in it, and several actions may share a time stamp: a view at the time of a held-out action may show that
 * action's label, so it is held out with it. Immutable.
 */
public final class Holdout {
  private static final int TRAINING_ACTIONS_AT_LEAST = 2;

  private final FeedLog log;
  private final int test;

  private Holdout(FeedLog log, int test) {
    this.log = log;
    this.test = test;
  }

  /**
   * Of every user with at least {@code test + 3} actions the last {@code test} are for testing, the one before for
   * validation, and the others train. Users with fewer only train.
   */
  public static Holdout leaveLast(FeedLog log, int test) {
    if (test < 1) {
      throw new IllegalArgumentException("at least 1 test action expected, got " + test);
    }
    return new Holdout(log, test);
  }

  /** Actions {@code [0, trainEnd)} of the user train, counted from the user's first. */
  public int trainEnd(int user) {
    return holdsOut(user) ? actions(user) - test - 1 : actions(user);
  }

  /** Actions {@code [trainEnd, validationEnd)} of the user validate, none or one; those from here on test. */
  public int validationEnd(int user) {
    return holdsOut(user) ? actions(user) - test : actions(user);
  }

  /** Whether any action of the user is held out. */
  public boolean holdsOut(int user) {
    return actions(user) >= test + 1 + TRAINING_ACTIONS_AT_LEAST;
  }

  /**
   * The part of a feedview.
   *
   * @param view row in the log, one of the user's
   */
  public Part part(int user, int view) {
    if (!holdsOut(user) || isBefore(view, user, trainEnd(user))) {
      return Part.TRAIN;
    }
    return isBefore(view, user, validationEnd(user)) ? Part.VALIDATION : Part.TEST;
  }

  private boolean isBefore(int view, int user, int action) {
    long viewTime = log.viewTimes()[view];
    long actionTime = log.actionTimes()[log.actionStart(user) + action];
    if (viewTime == FeedLog.NO_TIME || actionTime == FeedLog.NO_TIME) {
      return log.viewHistory()[view] < action;
    }
    return viewTime < actionTime;
  }

  private int actions(int user) {
    return log.actionStart(user + 1) - log.actionStart(user);
  }
}
