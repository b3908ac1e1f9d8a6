package io.unipin.benchmarks.cluster;

import io.unipin.proto.v1.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * A user of the fleet, and those of the user's actions that the fleet acknowledged. One thread at a
 * time acts for a user.
 */
final class FleetUser {
  private final String id;
  private final List<Action> acknowledged = new ArrayList<>();
  private int uncertain;
  private int events;

  FleetUser(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /**
   * Returns the next action of the user. Its time is later than the times of all earlier actions of
   * the user.
   */
  Action next(long item, String action, long nowMs) {
    long last = acknowledged.isEmpty() ? 0 : acknowledged.get(acknowledged.size() - 1).getTimeMs();
    return Action.newBuilder()
        .setEventId(id + "-" + events++)
        .setItemId(item)
        .addActions(action)
        .setTimeMs(Math.max(nowMs, last + 1))
        .build();
  }

  void acknowledge(Action action) {
    acknowledged.add(action);
  }

  /** Notes a failed call whose action may or may not have been recorded. */
  void doubt() {
    uncertain++;
  }

  /** Returns whether the fleet's history of the user is known exactly. */
  boolean isCertain() {
    return uncertain == 0;
  }

  /** Returns the actions that were acknowledged, oldest first. */
  List<Action> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /**
   * Returns how many acknowledged actions are missing in a history of {@code actions} actions. A
   * history may also contain actions whose acknowledgement did not arrive.
   *
   * @param limit largest number of actions that the model reads
   */
  int missing(int actions, int limit) {
    return Math.max(0, Math.min(limit, acknowledged.size()) - actions);
  }
}
