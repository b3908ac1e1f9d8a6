package io.unipin.cli.trial;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.demo.DemoUser;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.UserActions;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The user whose page is shown, and whose last action the server does not know.
 *
 * @param row row of the user in the log
 * @param known number of actions that the server knows
 * @param heldOut whether the last action is hidden from the training, too
 */
record TrialUser(FeedLog log, int row, int known, boolean heldOut) {
  private static final int FEWEST = 3;
  private static final int MOST = 40;
  private static final int ACTIONS_PER_CALL = 1000;

  /**
   * Chooses the wanted user. If none is wanted, chooses among the users whose last action is
   * positive, and prefers those whose last action is held out from the training. Of these users,
   * chooses the one with the most actions, up to 40. If all have more than 40 actions, chooses the
   * user with the fewest actions.
   *
   * @param holdout the split by which the model is trained
   * @param wanted id of the user to choose; null for any
   */
  static TrialUser choose(FeedLog log, Holdout holdout, @Nullable String wanted) {
    if (wanted != null) {
      int row = log.userRow(wanted);
      if (row < 0) {
        throw new CommandException(
            "--page-of: a user of the imported data expected, got '" + wanted + "'");
      }
      if (actions(log, row) < 2) {
        throw new CommandException(
            "--page-of: a user with at least 2 actions expected, got one with "
                + actions(log, row));
      }
      return of(log, holdout, row);
    }
    int best = best(log, row -> isHeldOut(log, holdout, row));
    if (best < 0) {
      best = best(log, row -> true);
    }
    if (best < 0) {
      throw new CommandException(
          "a user with at least " + FEWEST + " actions expected, but the data has none");
    }
    return of(log, holdout, best);
  }

  private static TrialUser of(FeedLog log, Holdout holdout, int row) {
    return new TrialUser(log, row, actions(log, row) - 1, isHeldOut(log, holdout, row));
  }

  private static boolean isHeldOut(FeedLog log, Holdout holdout, int row) {
    return holdout.trainEnd(row) < actions(log, row);
  }

  /**
   * Returns the row of the allowed user whose history is best for a page; -1 if no user is allowed.
   */
  private static int best(FeedLog log, IntPredicate allowed) {
    int best = -1;
    for (int row = 0; row < log.users(); row++) {
      int actions = actions(log, row);
      boolean fits =
          actions >= FEWEST && isPositive(log, log.actionStart(row + 1) - 1) && allowed.test(row);
      boolean longer = best < 0 || actions > actions(log, best);
      boolean nearer = best >= 0 && actions(log, best) > MOST && actions < actions(log, best);
      if (fits && (actions <= MOST ? longer || nearer : best < 0 || nearer)) {
        best = row;
      }
    }
    return best;
  }

  private static int actions(FeedLog log, int row) {
    return log.actionStart(row + 1) - log.actionStart(row);
  }

  private static boolean isPositive(FeedLog log, int action) {
    return (log.actionBits()[action] & log.schema().positiveBits()) != 0;
  }

  String id() {
    return log.user(row);
  }

  /** Returns the time at which the user asks for the page, which is the time of the last action. */
  long visitMs() {
    return new DemoUser(log, row, 0).timeMs(log.actionStart(row) + known);
  }

  /** Records all actions but the last. */
  void record(UniPinClient client) {
    List<Action> history = history();
    for (int from = 0; from < history.size(); from += ACTIONS_PER_CALL) {
      int to = Math.min(history.size(), from + ACTIONS_PER_CALL);
      client.recordActions(
          RecordActionsRequest.newBuilder()
              .addUsers(
                  UserActions.newBuilder().setUserId(id()).addAllActions(history.subList(from, to)))
              .build());
    }
  }

  private List<Action> history() {
    return new DemoUser(log, row, 0).history().subList(0, known);
  }
}
