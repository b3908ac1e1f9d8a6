package io.unipin.cli.shell;

import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;

/** Pages for tests. */
final class Pages {
  private Pages() {}

  /** Returns a page of these items in this order. An item with an even id has the key k + id. */
  static RetrieveAndRankResponse of(long... ids) {
    RetrieveAndRankResponse.Builder page = RetrieveAndRankResponse.newBuilder();
    for (long id : ids) {
      page.addItems(
          ScoredItem.newBuilder()
              .setItemId(id)
              .setTitle("Item " + id)
              .setKey(id % 2 == 0 ? "k" + id : ""));
    }
    return page.build();
  }
}
