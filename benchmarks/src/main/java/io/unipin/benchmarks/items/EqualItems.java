package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.client.ItemStream;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares two servers with the same items. One server gets half of the items by RPC. The other
 * server has all items in its bundle. In this bundle, the id rows of the same half are zeros. Both
 * servers search exactly.
 */
final class EqualItems {
  private static final int KNOWN = 10_000;
  private static final int PUT = 10_000;
  private static final int BATCH = 1000;
  private static final int PAGE = 50;
  private static final int USERS = 100;
  private static final int QUICK_USERS = 30;

  private EqualItems() {}

  static void measure(ScratchFolder scratch, boolean quick, Map<String, Object> results)
      throws IOException, InterruptedException {
    Path folder = scratch.path().resolve("equal");
    BenchWorld.publishPair(folder, KNOWN, PUT);
    int users = quick ? QUICK_USERS : USERS;
    try (BenchServer whole = BenchServer.beside(folder.resolve("whole"), folder.resolve("one"));
        BenchServer lesser = BenchServer.beside(folder.resolve("lesser"), folder.resolve("two"));
        UniPinClient expected = UniPinClient.connect(whole.address());
        UniPinClient actual = UniPinClient.connect(lesser.address())) {
      put(lesser);
      double largest = 0;
      int live = 0;
      for (int user = 0; user < users; user++) {
        RetrieveAndRankRequest request =
            RetrieveAndRankRequest.newBuilder()
                .setUser(ManyItems.user(user, KNOWN + PUT))
                .setPageSize(PAGE)
                .build();
        RetrieveAndRankResponse page = actual.retrieveAndRank(request);
        largest = Math.max(largest, difference(expected.retrieveAndRank(request), page));
        live += (int) page.getItemsList().stream().filter(i -> i.getItemId() >= KNOWN).count();
      }
      results.put("page_diff", largest);
      results.put("page_diff_share_of_put_items", live / (double) (users * PAGE));
    }
  }

  private static void put(BenchServer server) {
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress());
        ItemStream stream = admin.streamItems((message, answer) -> {})) {
      for (int from = KNOWN; from < KNOWN + PUT; from += BATCH) {
        ChangeItemsRequest.Builder message = ChangeItemsRequest.newBuilder();
        for (int id = from; id < from + BATCH; id++) {
          message.addPuts(ManyItems.message(BenchWorld.itemWithContent(id)));
        }
        stream.send(message.build());
      }
      stream.finish();
    }
  }

  /**
   * Returns the largest difference between an item's scores on two pages. For an item that only one
   * page has, compares the item's utility with the utility of the last item of the other page.
   */
  private static double difference(RetrieveAndRankResponse one, RetrieveAndRankResponse other) {
    return Math.max(oneWay(one, other), oneWay(other, one));
  }

  private static double oneWay(RetrieveAndRankResponse one, RetrieveAndRankResponse other) {
    List<ScoredItem> others = other.getItemsList();
    Map<Long, ScoredItem> byId =
        others.stream().collect(Collectors.toMap(ScoredItem::getItemId, Function.identity()));
    double largest = 0;
    for (ScoredItem item : one.getItemsList()) {
      ScoredItem same = byId.get(item.getItemId());
      double difference =
          same == null
              ? item.getUtility() - others.get(others.size() - 1).getUtility()
              : Math.max(
                  Math.abs(item.getUtility() - same.getUtility()),
                  Math.abs(item.getRetrievalScore() - same.getRetrievalScore()));
      largest = Math.max(largest, Math.abs(difference));
    }
    return largest;
  }
}
