package io.unipin.cli.demo;

import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Table;
import io.unipin.feedlog.FeedLog;
import io.unipin.proto.v1.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A user of a feed log, and the messages that describe the user to a server.
 *
 * @param row the user's row in the log
 * @param pauseMs milliseconds between the last action and the next request
 */
public record DemoUser(FeedLog log, int row, long pauseMs) {
  /** The present for all users. It stands still, so that the times of a user fit together. */
  private static final long NOW_MS = System.currentTimeMillis();

  private static final long MINUTE_MS = 60_000;
  private static final long DAY_MS = 24 * 60 * MINUTE_MS;

  public String id() {
    return log.user(row);
  }

  public int actions() {
    return log.actionStart(row + 1) - log.actionStart(row);
  }

  /**
   * Returns the time of the user's first request, in milliseconds since the epoch. The request
   * comes {@code pauseMs} after the last action. If the last action has no time, the request comes
   * now.
   */
  long visitMs() {
    int last = log.actionStart(row + 1) - 1;
    return log.actionTimes()[last] == FeedLog.NO_TIME ? NOW_MS : timeMs(last) + pauseMs;
  }

  /**
   * Returns the time of an action for a server, in milliseconds since the epoch. A server takes
   * only actions of the past whose time is known. So if the user's next request lies in the future,
   * all times are moved back by whole days. If the log has no time, the actions have come once a
   * minute until now.
   *
   * @param action the action's row in the log
   */
  public long timeMs(int action) {
    int end = log.actionStart(row + 1);
    if (log.actionTimes()[action] == FeedLog.NO_TIME) {
      return NOW_MS - (end - action) * MINUTE_MS;
    }
    long ahead = Math.max(0, log.actionTimes()[end - 1] + pauseMs - NOW_MS);
    return log.actionTimes()[action] - (ahead + DAY_MS - 1) / DAY_MS * DAY_MS;
  }

  /** Returns the user's actions as a server is told them. */
  public List<Action> history() {
    List<Action> history = new ArrayList<>();
    for (int a = log.actionStart(row); a < log.actionStart(row + 1); a++) {
      history.add(
          Action.newBuilder()
              .setItemId(log.catalogue().id(log.actionItems()[a]))
              .addAllActions(log.schema().actionNames(log.actionBits()[a]))
              .setSurface(log.schema().surfaces().get(log.actionSurfaces()[a]))
              .setEventId("log-" + (a - log.actionStart(row)))
              .setTimeMs(timeMs(a))
              .build());
    }
    return history;
  }

  /** Returns the newest items on which the user acted positively, newest first. */
  List<Long> chosen(int most) {
    long positives = log.schema().positiveBits();
    Set<Long> items = new LinkedHashSet<>();
    for (int a = log.actionStart(row + 1) - 1; a >= log.actionStart(row); a--) {
      if ((log.actionBits()[a] & positives) != 0 && items.size() < most) {
        items.add(log.catalogue().id(log.actionItems()[a]));
      }
    }
    return List.copyOf(items);
  }

  /** Returns the number of the user's actions on items of a category. */
  int actionsIn(String category) {
    int count = 0;
    for (int a = log.actionStart(row); a < log.actionStart(row + 1); a++) {
      if (log.catalogue().category(log.actionItems()[a]).equals(category)) {
        count++;
      }
    }
    return count;
  }

  /** Returns a table of the newest {@code count} actions, newest first. */
  public Table latest(int count) {
    Table table = new Table("newest actions", "item", "title", "category");
    int end = log.actionStart(row + 1);
    for (int a = end - 1; a >= Math.max(log.actionStart(row), end - count); a--) {
      int item = log.actionItems()[a];
      table.row(
          String.join(" + ", log.schema().actionNames(log.actionBits()[a])),
          log.catalogue().id(item),
          log.catalogue().title(item),
          log.catalogue().category(item));
    }
    return table;
  }

  /**
   * Returns the median pause between an action and the same user's next action. The model has seen
   * pauses of about this length most often.
   */
  private static long typicalPauseMs(FeedLog log) {
    long[] pauses = new long[log.actions()];
    int count = 0;
    for (int row = 0; row < log.users(); row++) {
      for (int a = log.actionStart(row) + 1; a < log.actionStart(row + 1); a++) {
        if (log.actionTimes()[a - 1] != FeedLog.NO_TIME
            && log.actionTimes()[a] != FeedLog.NO_TIME) {
          pauses[count++] = log.actionTimes()[a] - log.actionTimes()[a - 1];
        }
      }
    }
    Arrays.sort(pauses, 0, count);
    return count == 0 ? 0 : pauses[count / 2];
  }

  /**
   * Returns the user with the smallest share of actions in a category. If two users have equal
   * shares, the user with more actions is returned. The result is empty if there are no users.
   */
  static Optional<DemoUser> leastIn(String category, List<DemoUser> users) {
    return users.stream()
        .min(
            Comparator.comparingDouble(
                    (DemoUser user) -> (double) user.actionsIn(category) / user.actions())
                .thenComparing(user -> -user.actions()));
  }

  /**
   * Returns users for the demo, beginning with the user of the tour.
   *
   * <p>The user of the tour has the longest history that leaves room in the model's window. Because
   * of this room, a new action of the user does not move the window.
   */
  public static List<DemoUser> choose(FeedLog log, int maxHistory, int most) {
    long pauseMs = typicalPauseMs(log);
    int roomFor = maxHistory - maxHistory / 8;
    List<DemoUser> users = new ArrayList<>();
    int best = -1;
    for (int row = 0; row < log.users(); row++) {
      DemoUser user = new DemoUser(log, row, pauseMs);
      int actions = user.actions();
      if (actions < 5) {
        continue;
      }
      if (actions <= roomFor && (best < 0 || actions > users.get(best).actions())) {
        if (users.size() < most || best < 0) {
          best = users.size();
          users.add(user);
        } else {
          users.set(best, user);
        }
      } else if (users.size() < most) {
        users.add(user);
      }
    }
    if (best < 0) {
      throw new CommandException(
          "the demo needs a user with 5 to " + roomFor + " actions; the feed log has none");
    }
    users.add(0, users.remove(best));
    return users;
  }
}
