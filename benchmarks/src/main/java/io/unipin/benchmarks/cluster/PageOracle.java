package io.unipin.benchmarks.cluster;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Computes pages a second time, on a separate server. Each request contains the whole history and
 * names a new user, so the server can use no state of an earlier request. Thread-safe.
 */
final class PageOracle {
  /** Two ways to compute a probability differ by less than this. */
  private static final double TOLERANCE = 1e-3;

  private final UniPinClient client;
  private final AtomicLong users = new AtomicLong();

  PageOracle(UniPinClient client) {
    this.client = client;
  }

  /**
   * Returns how a page differs from the page that the separate server computes from a history.
   *
   * @param request the request of the page, with a user and a time
   * @return empty if the pages agree
   */
  String difference(
      RetrieveAndRankRequest request, RetrieveAndRankResponse page, List<Action> history) {
    RetrieveAndRankRequest.Builder anew = request.toBuilder();
    anew.getUserBuilder()
        .setUserId("anew-" + users.getAndIncrement())
        .setHistory(History.newBuilder().addAllActions(history));
    RetrieveAndRankResponse expected = client.retrieveAndRank(anew.build());
    if (expected.getServed().getHistoryActions() != page.getServed().getHistoryActions()) {
      return "actions: %s expected, got %s"
          .formatted(
              expected.getServed().getHistoryActions(), page.getServed().getHistoryActions());
    }
    return difference(expected.getItemsList(), page.getItemsList());
  }

  /**
   * Compares the items by their ids, because items with nearly equal utilities may change places.
   */
  private static String difference(List<ScoredItem> expected, List<ScoredItem> got) {
    if (expected.size() != got.size()) {
      return "items: %s expected, got %s".formatted(expected.size(), got.size());
    }
    Map<Long, ScoredItem> byId = new TreeMap<>();
    expected.forEach(item -> byId.put(item.getItemId(), item));
    double least = expected.stream().mapToDouble(ScoredItem::getUtility).min().orElse(0);
    for (ScoredItem item : got) {
      ScoredItem other = byId.get(item.getItemId());
      if (other == null) {
        if (Math.abs(item.getUtility() - least) > TOLERANCE) {
          return "item %s with utility %s is not expected"
              .formatted(item.getItemId(), item.getUtility());
        }
      } else if (Math.abs(item.getUtility() - other.getUtility()) > TOLERANCE) {
        return "item %s: utility %s expected, got %s"
            .formatted(item.getItemId(), other.getUtility(), item.getUtility());
      }
    }
    return "";
  }
}
