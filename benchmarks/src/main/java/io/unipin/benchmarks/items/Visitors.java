package io.unipin.benchmarks.items;

import io.unipin.client.UniPinClient;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Users of a feed log whose histories a server knows. Thread-safe. */
final class Visitors {
  private static final int LEAST_ACTIONS = 20;
  private static final int MOST_ACTIONS = 200;
  private static final int RECENT = 10;

  private final FeedLog log;
  private final List<Integer> rows;

  private Visitors(FeedLog log, List<Integer> rows) {
    this.log = log;
    this.rows = rows;
  }

  /**
   * Records the newest actions of users of the log. Takes the first {@code count} users who have
   * enough actions.
   */
  static Visitors record(UniPinClient client, FeedLog log, int count) {
    List<Integer> rows = new ArrayList<>();
    for (int user = 0; user < log.users() && rows.size() < count; user++) {
      if (log.actionStart(user + 1) - log.actionStart(user) >= LEAST_ACTIONS) {
        rows.add(user);
        client.recordActions(request(log, user));
      }
    }
    if (rows.size() < count) {
      throw new IllegalStateException(
          count + " users with enough actions expected, got " + rows.size());
    }
    return new Visitors(log, rows);
  }

  private static RecordActionsRequest request(FeedLog log, int user) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(log.user(user));
    int end = log.actionStart(user + 1);
    for (int a = Math.max(log.actionStart(user), end - MOST_ACTIONS); a < end; a++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(log.catalogue().id(log.actionItems()[a]))
              .addAllActions(log.schema().actionNames(log.actionBits()[a]))
              .setSurface(log.schema().surfaces().get(log.actionSurfaces()[a]))
              .setTimeMs(log.actionTimes()[a])
              .setEventId("log-" + a));
    }
    return RecordActionsRequest.newBuilder().addUsers(actions).build();
  }

  List<String> ids() {
    return rows.stream().map(log::user).toList();
  }

  int count() {
    return rows.size();
  }

  /**
   * Returns the visitor's request for a page. The time of the request is an hour after the
   * visitor's last recorded action.
   */
  RetrieveAndRankRequest page(int visitor, int items) {
    int user = rows.get(visitor);
    long last = log.actionTimes()[log.actionStart(user + 1) - 1];
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId(log.user(user)).setTimeMs(last + 3_600_000L))
        .setPageSize(items)
        .build();
  }

  /** Returns the visitor's request for a page of items that appeared at a given time or later. */
  RetrieveAndRankRequest newest(int visitor, long sinceMs, int items) {
    return page(visitor, items).toBuilder()
        .setPreferences(Preferences.newBuilder().setCreatedSinceMs(sinceMs))
        .build();
  }

  /** Returns one of the visitor's recent items. */
  CatalogueItem recent(int visitor, Random random) {
    int end = log.actionStart(rows.get(visitor) + 1);
    return log.catalogue().item(log.actionItems()[end - 1 - random.nextInt(RECENT)]);
  }

  /** Returns any item of the catalogue. */
  CatalogueItem any(Random random) {
    return log.catalogue().item(random.nextInt(log.catalogue().size()));
  }
}
