package io.unipin.feedlog.split;

import io.unipin.feedlog.FeedLog;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Divides a feed log into training, validation and test splits by holding out each user's last
 * actions.
 *
 * <p>A feedview goes into the same split as the latest action that gave it a label ({@link
 * ViewActions}). A feedview is shown before the actions that label it. A split by the feedview's
 * time alone would therefore leak labels of held-out actions into training. No feedview has labels
 * from both training actions and held-out actions. If a split would give a feedview such labels,
 * all actions that labelled the feedview are held out. Immutable.
 */
public final class Holdout {
  private static final int TRAINING_ACTIONS_AT_LEAST = 2;

  private final FeedLog log;
  private final Bounds bounds;
  private final int[] trainEnds;
  private final int[] validationEnds;
  private final Part[] parts;
  private final Withheld withheld;

  private Holdout(FeedLog log, Bounds bounds) {
    this(
        log,
        bounds,
        new int[log.users()],
        new int[log.users()],
        new Part[log.views()],
        Withheld.none());
  }

  private Holdout(
      FeedLog log,
      Bounds bounds,
      int[] trainEnds,
      int[] validationEnds,
      Part[] parts,
      Withheld withheld) {
    this.log = log;
    this.bounds = bounds;
    this.trainEnds = trainEnds;
    this.validationEnds = validationEnds;
    this.parts = parts;
    this.withheld = withheld;
  }

  /** How a log is split. The times are {@link FeedLog#NO_TIME} if it is not split by time. */
  private record Bounds(Protocol protocol, long validationFrom, long testFrom) {
    Part part(long time) {
      return time < validationFrom ? Part.TRAIN : time < testFrom ? Part.VALIDATION : Part.TEST;
    }
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
    Holdout holdout =
        new Holdout(log, new Bounds(Protocol.LEAVE_LAST, FeedLog.NO_TIME, FeedLog.NO_TIME));
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
    Holdout holdout = new Holdout(log, new Bounds(Protocol.TIME_SPLIT, validationFrom, testFrom));
    for (int user = 0; user < log.users(); user++) {
      holdout.trainEnds[user] = holdout.before(user, validationFrom);
      holdout.validationEnds[user] = holdout.before(user, testFrom);
      holdout.views(user, view -> holdout.bounds.part(log.viewTimes()[view]));
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
    return new Holdout(log, bounds, trainEnds, validationEnds, parts, items);
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
    return new Holdout(cut, bounds, ends, ends, shown, withheld);
  }

  /**
   * Returns this split without some of the actions, and without withheld items. All other actions
   * and all feedviews stay in their parts.
   *
   * @param cut log with the users and feedviews of this split's log, but only some of its actions
   * @param kept whether {@code cut} has the action with this index in this split's log
   */
  public Holdout keeping(FeedLog cut, IntPredicate kept) {
    return new Holdout(
        cut,
        bounds,
        keeping(trainEnds, kept),
        keeping(validationEnds, kept),
        parts,
        Withheld.none());
  }

  private int[] keeping(int[] ends, IntPredicate kept) {
    int[] counts = new int[ends.length];
    for (int user = 0; user < ends.length; user++) {
      int start = log.actionStart(user);
      counts[user] = (int) IntStream.range(start, start + ends[user]).filter(kept).count();
    }
    return counts;
  }

  private static void requireTimes(FeedLog log) {
    if (log.actions() == 0
        || Arrays.stream(log.actionTimes()).anyMatch(time -> time == FeedLog.NO_TIME)) {
      throw new IllegalArgumentException(
          "a time split needs actions with times; this log has an order alone or no actions");
    }
  }

  private int before(int user, long time) {
    IntStream actions = IntStream.range(log.actionStart(user), log.actionStart(user + 1));
    return (int) actions.takeWhile(action -> log.actionTimes()[action] < time).count();
  }

  private void views(int user, IntFunction<Part> byTime) {
    int firstView = log.viewStart(user);
    ViewActions[] views = new ViewActions[log.viewStart(user + 1) - firstView];
    for (int v = 0; v < views.length; v++) {
      views[v] = ViewActions.of(log, user, firstView + v);
    }
    keepViewsWhole(user, views);
    for (int v = 0; v < views.length; v++) {
      parts[firstView + v] = part(user, views[v], byTime.apply(firstView + v));
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
    boolean known = actions.complete() && bounds.protocol == Protocol.LEAVE_LAST;
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
    return bounds.protocol;
  }

  /**
   * Returns the time at which a held-out part begins, in milliseconds since 1970. Returns
   * {@link FeedLog#NO_TIME} if the log is not split by time.
   */
  public long begins(Part part) {
    return part == Part.TEST ? bounds.testFrom : bounds.validationFrom;
  }

  /**
   * Returns the end of the user's training actions {@code [0, trainEnd)}. Actions are counted from
   * the user's first action.
   */
  public int trainEnd(int user) {
    return trainEnds[user];
  }

  /** Returns the end of the user's validation actions {@code [trainEnd, validationEnd)}. */
  public int validationEnd(int user) {
    return validationEnds[user];
  }

  /** Whether any action or feedview of the user is held out. */
  public boolean holdsOut(int user) {
    return trainEnds[user] < actions(user)
        || IntStream.range(log.viewStart(user), log.viewStart(user + 1))
            .anyMatch(view -> parts[view] != Part.TRAIN);
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
}
