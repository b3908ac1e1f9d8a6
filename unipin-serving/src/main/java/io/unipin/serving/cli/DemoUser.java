package io.unipin.serving.cli;

import io.unipin.data.FeedLog;
import io.unipin.proto.v1.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * A user of a feed log and what of it goes over the wire.
 *
 * @param row in the log
 */
record DemoUser(FeedLog log, int row) {
  /** Between the last logged action and the first request. */
  static final long PAUSE_MS = 10 * 60 * 1000L;

  String id() {
    return log.user(row);
  }

  int actions() {
    return log.actionStart(row + 1) - log.actionStart(row);
  }

  /** The user's first request: a while after the last action, or now when nobody knows when that was. */
  long visitMs() {
    long last = log.actionTimes()[log.actionStart(row + 1) - 1];
    return last == FeedLog.NO_TIME ? System.currentTimeMillis() : last + PAUSE_MS;
  }

  List<Action> history() {
    List<Action> history = new ArrayList<>();
    for (int a = log.actionStart(row); a < log.actionStart(row + 1); a++) {
      Action.Builder action =
          Action.newBuilder()
              .setItemId(log.catalogue().id(log.actionItems()[a]))
              .addAllActions(names(a))
              .setSurface(log.schema().surfaces().get(log.actionSurfaces()[a]))
              .setEventId("log-" + (a - log.actionStart(row)));
      if (log.actionTimes()[a] != FeedLog.NO_TIME) {
        action.setTimeMs(log.actionTimes()[a]);
      }
      history.add(action.build());
    }
    return history;
  }

  /** The newest actions, newest first. */
  Table latest(int count) {
    Table table = new Table("newest actions", "item", "title", "category");
    int end = log.actionStart(row + 1);
    for (int a = end - 1; a >= Math.max(log.actionStart(row), end - count); a--) {
      int item = log.actionItems()[a];
      table.row(
          String.join(" + ", names(a)),
          log.catalogue().id(item),
          log.catalogue().title(item),
          log.catalogue().category(item));
    }
    return table;
  }

  private List<String> names(int action) {
    List<String> names = new ArrayList<>();
    List<String> all = log.schema().actions();
    for (int c = 0; c < all.size(); c++) {
      if ((log.actionBits()[action] >>> c & 1) == 1) {
        names.add(all.get(c));
      }
    }
    return names;
  }

  /**
   * Users to play with, the one for the tour first: the longest history that still has room in the model's window, so that
   * a new action is appended and moves nothing else.
   */
  static List<DemoUser> choose(FeedLog log, int maxHistory, int most) {
    int roomFor = maxHistory - maxHistory / 8;
    List<DemoUser> users = new ArrayList<>();
    int best = -1;
    for (int row = 0; row < log.users(); row++) {
      DemoUser user = new DemoUser(log, row);
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
