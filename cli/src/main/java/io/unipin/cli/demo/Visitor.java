package io.unipin.cli.demo;

import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;

/**
 * A user who requests a page.
 *
 * @param timeMs time of the request, in milliseconds since the epoch
 */
record Visitor(DemoUser user, long timeMs) {
  RetrieveAndRankRequest page(int size) {
    return RetrieveAndRankRequest.newBuilder()
        .setUser(UserContext.newBuilder().setUserId(user.id()).setTimeMs(timeMs))
        .setPageSize(size)
        .build();
  }
}
