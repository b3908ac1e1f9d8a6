package io.unipin.feedlog.split;

import io.unipin.feedlog.FeedLog;
import java.util.Arrays;

/**
 * Divides a feed log into training, validation and test splits by holding out each user's last
 * actions.
 *
 * <p>A feedview goes into the same split as the latest action that gave it a label
 * ({@link ViewActions}). A feedview is shown before the actions that label it. So a split by the
 * feedview's time alone would leak labels of held-out actions into training. No feedview has labels
 * from both training actions and held-out actions. If a split would give a feedview such labels,
 * all actions that labelled the feedview are held out. Immutable.
 */
public final class Holdout {
  private static final int TRAINING_ACTIONS_AT_LEAST = 2;

  private final FeedLog log;
  private final Protocol protocol;
  private final int[] trainEnds;
  private final int[] validationEnds;
  private final Part[] parts;
  private final long validationFrom;
  private final long testFrom;
  private final Withheld withheld;

  private Holdout(FeedLog log, Protocol protocol, long validationFrom, long testFrom) {
    this(
        log,
        protocol,
        validationFrom,
        testFrom,
        new int[log.users()],
        new int[log.users()],
        new Part[log.views()],
        Withheld.none());
  }

  private Holdout(
      FeedLog log,
      Protocol protocol,
      long validationFrom,
      long testFrom,
      int[] trainEnds,
      int[] validationEnds,
      Part[] parts,
      Withheld withheld) {
    this.log = log;
    this.protocol = protocol;
    this.validationFrom = validationFrom;
    this.testFrom = testFrom;
    this.trainEnds = trainEnds;
    this.validationEnds = validationEnds;
    this.parts = parts;
    this.withheld = withheld;
  }

  /**
   * Returns a split that tests on the last {@code test} actions of every user with at least
   * {@code test + 3} actions. The action before these is for validation, and earlier actions are
   * for training. All actions of other users are for training.
   *
   * <p>Validation begins at an earlier action if a feedview would otherwise have labels from
   * training actions and from held-out actions. A feedview without labels is for training if it
   * lies strictly before the first held-out action.
   */
  public static Holdout leaveLast(FeedLog log, int test) {
    if (test < 1) {
      throw new IllegalArgumentException("at least 1 test action expected, got " + test);
    }
    Holdout holdout = new Holdout(log, Protocol.LEAVE_LAST, FeedLog.NO_TIME, FeedLog.NO_TIME);
    for (int user = 0; user < log.users(); user++) {
      int actions = holdout.actions(user);
      boolean holdsOut = actions >= test + 1 + TRAINING_ACTIONS_AT_LEAST;
      holdout.trainEnds[user] = holdsOut ? actions - test - 1 : actions;
      holdout.validationEnds[user] = holdsOut ? actions - test : actions;
      int last = user;
      holdout.views(user, view -> holdsOut ? holdout.byOrder(last, view) : Part.TRAIN);
    }
    return holdout;
  }

  /**
   * Returns a split by time for all users. Actions and feedviews from {@code testFrom} on are for
   * the test. Actions and feedviews from {@code validationFrom} to {@code testFrom} are for
   * validation, and all earlier actions and feedviews are for training. Both bounds are
   * milliseconds since 1970.
   *
   * @throws IllegalArgumentException when the log has no times
   */
  public static Holdout timeSplit(FeedLog log, long validationFrom, long testFrom) {
    requireTimes(log);
    Holdout holdout = new Holdout(log, Protocol.TIME_SPLIT, validationFrom, testFrom);
    for (int user = 0; user < log.users(); user++) {
      holdout.trainEnds[user] = holdout.before(user, validationFrom);
      holdout.validationEnds[user] = holdout.before(user, testFrom);
      holdout.views(
          user,
          view -> {
            long time = log.viewTimes()[view];
            return time < validationFrom
                ? Part.TRAIN
                : time < testFrom ? Part.VALIDATION : Part.TEST;
          });
    }
    return holdout;
  }

  /**
   * Returns a split by time in which the latest actions are for the test, and the actions before
   * these are for validation. The sizes of both parts are given as shares of all actions.
   */
  public static Holdout latest(FeedLog log, double validationShare, double testShare) {
    requireTimes(log);
    long[] times = log.actionTimes().clone();
    Arrays.sort(times);
    int test = (int) (times.length * (1 - testShare));
    int validation = (int) (times.length * (1 - testShare - validationShare));
    return timeSplit(
        log,
        times[Math.min(validation, times.length - 1)],
        times[Math.min(test, times.length - 1)]);
  }

  /**
   * Returns a copy of this split in which some items are withheld. No training may see these items.
   *
   * @param share share of the items, from 0 to {@link Withheld#MOST}
   * @param seed another seed chooses other items
   */
  public Holdout withholding(double share, long seed) {
    Withheld items = Withheld.of(log, this, share, seed);
    return new Holdout(
        log, protocol, validationFrom, testFrom, trainEnds, validationEnds, parts, items);
  }

  /** Returns the items that no training may see. */
  public Withheld withheld() {
    return withheld;
  }

  /**
   * Returns the split of the log {@code cut}. This log has all feedviews of this split's log, but
   * only the training actions. A feedview is not for training if held-out actions precede this
   * feedview.
   */
  Holdout trainingOn(FeedLog cut) {
    int[] ends = new int[cut.users()];
    Part[] shown = parts.clone();
    for (int user = 0; user < ends.length; user++) {
      ends[user] = cut.actionStart(user + 1) - cut.actionStart(user);
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        if (parts[view] == Part.TRAIN && log.viewHistory()[view] > trainEnds[user]) {
          shown[view] = Part.VALIDATION;
        }
      }
    }
    return new Holdout(cut, protocol, validationFrom, testFrom, ends, ends, shown, withheld);
  }

  private static void requireTimes(FeedLog log) {
    if (log.actions() == 0
        || Arrays.stream(log.actionTimes()).anyMatch(time -> time == FeedLog.NO_TIME)) {
      throw new IllegalArgumentException(
          "a time split needs actions with times; this log has an order alone or no actions");
    }
  }

  private int before(int user, long time) {
    int start = log.actionStart(user);
    int end = start;
    while (end < log.actionStart(user + 1) && log.actionTimes()[end] < time) {
      end++;
    }
    return end - start;
  }

  private void views(int user, ViewPart byTime) {
    int firstView = log.viewStart(user);
    ViewActions[] views = new ViewActions[log.viewStart(user + 1) - firstView];
    for (int v = 0; v < views.length; v++) {
      views[v] = ViewActions.of(log, user, firstView + v);
    }
    keepViewsWhole(user, views);
    for (int v = 0; v < views.length; v++) {
      parts[firstView + v] = part(user, views[v], byTime.of(firstView + v));
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

  private Part part(int user, ViewActions actions, Part byTime) {
    Part part = Part.TRAIN;
    int last = Math.max(actions.last(), actions.late());
    if (last >= trainEnds[user]) {
      part = last < validationEnds[user] ? Part.VALIDATION : Part.TEST;
    }
    boolean known = actions.complete() && protocol == Protocol.LEAVE_LAST;
    return known || byTime.compareTo(part) < 0 ? part : byTime;
  }

  private Part byOrder(int user, int view) {
    if (isBefore(view, user, trainEnds[user])) {
      return Part.TRAIN;
    }
    return isBefore(view, user, validationEnds[user]) ? Part.VALIDATION : Part.TEST;
  }

  private boolean isBefore(int view, int user, int action) {
    long viewTime = log.viewTimes()[view];
    long actionTime = log.actionTimes()[log.actionStart(user) + action];
    if (viewTime == FeedLog.NO_TIME || actionTime == FeedLog.NO_TIME) {
      return log.viewHistory()[view] < action;
    }
    return viewTime < actionTime;
  }

  /** Returns the rule by which the log was split. */
  public Protocol protocol() {
    return protocol;
  }

  /**
   * Returns the time at which a held-out part begins, in milliseconds since 1970. Returns
   * {@link FeedLog#NO_TIME} if the log is not split by time.
   */
  public long begins(Part part) {
    return part == Part.TEST ? testFrom : validationFrom;
  }

  /**
   * Returns the end of the user's training actions {@code [0, trainEnd)}. Actions are counted from
   * the user's first action.
   */
  public int trainEnd(int user) {
    return trainEnds[user];
  }

  /**
   * Returns the end of the user's validation actions {@code [trainEnd, validationEnd)}. Later
   * actions are for the test.
   */
  public int validationEnd(int user) {
    return validationEnds[user];
  }

  /** Whether any action or feedview of the user is held out. */
  public boolean holdsOut(int user) {
    boolean holdsOut = trainEnds[user] < actions(user);
    for (int view = log.viewStart(user); !holdsOut && view < log.viewStart(user + 1); view++) {
      holdsOut = parts[view] != Part.TRAIN;
    }
    return holdsOut;
  }

  /**
   * Returns the part to which a feedview belongs.
   *
   * @param view row of the view in the log; the view must belong to the user
   */
  public Part part(int user, int view) {
    if (view < log.viewStart(user) || view >= log.viewStart(user + 1)) {
      throw new IllegalArgumentException(
          "a view of user %s expected, got view %s".formatted(user, view));
    }
    return parts[view];
  }

  private int actions(int user) {
    return log.actionStart(user + 1) - log.actionStart(user);
  }

  /** Assigns a feedview to a part by the time at which it was shown. */
  @FunctionalInterface
  private interface ViewPart {
    Part of(int view);
  }
}
