package io.unipin.benchmarks.cluster;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserContext;

/** Requests pages with a user id and no other field. */
final class UserPages {
  private UserPages() {}

  static RetrieveAndRankResponse page(UniPinClient client, String user) {
    return client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user))
            .build());
  }

  /** Asks for a page and returns the number of actions that it counts. */
  static int actions(UniPinClient client, String user) {
    return page(client, user).getServed().getHistoryActions();
  }
}
