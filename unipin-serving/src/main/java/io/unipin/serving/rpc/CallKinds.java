package io.unipin.serving.rpc;

import io.unipin.proto.v1.UserContext;

/**
 * Tells the kind of a call about a user before the call runs. Calls of one kind take similar times.
 *
 * <p>The kind is the name of the call and the expected outcome in the users' cache. It is {@code
 * prefill} if the cache holds no state of the user, {@code append} if the request brings actions of
 * its own, and {@code hit} otherwise. The outcome may be another one, for example if the history
 * has grown or another call encodes the user first.
 *
 * <p>The look takes no lease on the user's state and does not count as a use of it. Thread-safe.
 */
final class CallKinds {
  private final Routes routes;

  CallKinds(Routes routes) {
    this.routes = routes;
  }

  /** Returns the kind of a call; the name of the call if the request names no user. */
  String of(String rpc, UserContext user) {
    String id = user.getUserId();
    if (id.isEmpty()) {
      return rpc; // this call will be refused
    }
    Route route = routes.of(id);
    boolean[] cached = new boolean[1];
    route.bundles().ifServing(bundle -> cached[0] = route.recommender().isResident(bundle, id));
    if (!cached[0]) {
      return rpc + " prefill";
    }
    return rpc + (user.getRecentActionsCount() == 0 ? " hit" : " append");
  }
}
