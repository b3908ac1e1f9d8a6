package io.unipin.train;

import io.unipin.data.FeedLog;

/**
 * Which part of a feed log trains, validates and tests: per user, the last actions are held out.
 *
 * <p>A feedview goes with the actions that its labels come from ({@link ViewActions}), the latest of them where they lie in
 * different parts: it is shown before them, so its time alone would leak their labels into training. A view without such
 * actions trains when it lies strictly before the first held-out one. No view has labels both in training and held out:
 * where one would, its actions are all held out. Immutable.
 */
public final class Holdout {
  private static final int TRAINING_ACTIONS_AT_LEAST = 2;

  private final FeedLog log;
  private final int[] trainEnds;
  private final int[] validationEnds;
  private final Part[] parts;

  private Holdout(FeedLog log) {
    this.log = log;
    this.trainEnds = new int[log.users()];
    this.validationEnds = new int[log.users()];
    this.parts = new Part[log.views()];
  }

  /**
   * Of every user with at least {@code test + 3} actions the last {@code test} are for testing, the one before for
   * validation, and the others train. Users with fewer only train. The validation actions begin earlier where else a feedview
   * would show both training and held-out actions.
   */
  public static Holdout leaveLast(FeedLog log, int test) {
    if (test < 1) {
      throw new IllegalArgumentException("at least 1 test action expected, got " + test);
    }
    Holdout holdout = new Holdout(log);
    for (int user = 0; user < log.users(); user++) {
      holdout.split(user, test);
    }
    return holdout;
  }

  private void split(int user, int test) {
    int actions = actions(user);
    boolean holdsOut = actions >= test + 1 + TRAINING_ACTIONS_AT_LEAST;
    trainEnds[user] = holdsOut ? actions - test - 1 : actions;
    validationEnds[user] = holdsOut ? actions - test : actions;
    int firstView = log.viewStart(user);
    ViewActions[] views = new ViewActions[log.viewStart(user + 1) - firstView];
    for (int v = 0; v < views.length; v++) {
      views[v] = ViewActions.of(log, user, firstView + v);
    }
    keepViewsWhole(user, views);
    for (int v = 0; v < views.length; v++) {
      parts[firstView + v] = holdsOut ? part(user, firstView + v, views[v]) : Part.TRAIN;
    }
  }

  private void keepViewsWhole(int user, ViewActions[] views) {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int v = views.length - 1; v >= 0; v--) {
        if (views[v].first() < trainEnds[user] && views[v].last() >= trainEnds[user]) {
          trainEnds[user] = views[v].first();
          moved = true;
        }
      }
    }
  }

  private Part part(int user, int view, ViewActions actions) {
    Part part = Part.TRAIN;
    if (actions.last() >= trainEnds[user]) {
      part = actions.last() < validationEnds[user] ? Part.VALIDATION : Part.TEST;
    }
    if (actions.complete() || isBefore(view, user, trainEnds[user])) {
      return part;
    }
    Part byTime = isBefore(view, user, validationEnds[user]) ? Part.VALIDATION : Part.TEST;
    return byTime.compareTo(part) > 0 ? byTime : part;
  }

  private boolean isBefore(int view, int user, int action) {
    long viewTime = log.viewTimes()[view];
    long actionTime = log.actionTimes()[log.actionStart(user) + action];
    if (viewTime == FeedLog.NO_TIME || actionTime == FeedLog.NO_TIME) {
      return log.viewHistory()[view] < action;
    }
    return viewTime < actionTime;
  }

  /** Actions {@code [0, trainEnd)} of the user train, counted from the user's first. */
  public int trainEnd(int user) {
    return trainEnds[user];
  }

  /** Actions {@code [trainEnd, validationEnd)} of the user validate, none, one, or the few of one feedview; those from here on test. */
  public int validationEnd(int user) {
    return validationEnds[user];
  }

  /** Whether any action of the user is held out. */
  public boolean holdsOut(int user) {
    return trainEnds[user] < actions(user);
  }

  /**
   * The part of a feedview.
   *
   * @param view row in the log, one of the user's
   */
  public Part part(int user, int view) {
    if (view < log.viewStart(user) || view >= log.viewStart(user + 1)) {
      throw new IllegalArgumentException(
          "a view of user %d expected, got view %d".formatted(user, view));
    }
    return parts[view];
  }

  private int actions(int user) {
    return log.actionStart(user + 1) - log.actionStart(user);
  }
}
