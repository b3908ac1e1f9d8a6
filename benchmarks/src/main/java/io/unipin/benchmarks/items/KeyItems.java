package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.Latencies;
import io.unipin.benchmarks.measure.ScratchFolder;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.KeyedPair;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures how much memory the keys of a million items take, and how much keys slow pages down. A
 * server with keys gets requests that name items by key, and its answers have keys. A server
 * without keys gets the same requests with ids.
 */
final class KeyItems {
  private static final int ITEMS = 1_000_000;
  private static final int USERS = 200;
  private static final int PAGE = 20;
  private static final int WARM_UP = 3000;
  private static final int PAGES = 10_000;
  private static final int QUICK_PAGES = 4000;
  private static final double NANOS_PER_MILLI = 1e6;

  private KeyItems() {}

  static void measure(ScratchFolder scratch, boolean quick, Map<String, Object> results)
      throws IOException, InterruptedException {
    results.put("key_bytes", keyBytes());
    Path folder = scratch.path().resolve("keys");
    KeyedPair.publish(folder, ITEMS);
    try (BenchServer keyed = BenchServer.beside(folder.resolve("keyed"), folder.resolve("one"));
        BenchServer plain = BenchServer.beside(folder.resolve("plain"), folder.resolve("two"));
        UniPinClient byKey = UniPinClient.connect(keyed.address());
        UniPinClient byId = UniPinClient.connect(plain.address())) {
      Side keys = new Side(byKey, requests(true), new Latencies());
      Side ids = new Side(byId, requests(false), new Latencies());
      alternate(keys.afresh(), ids.afresh(), WARM_UP);
      alternate(keys, ids, quick ? QUICK_PAGES : PAGES);
      double byKeyMs = keys.times().quantile(0.5);
      double byIdMs = ids.times().quantile(0.5);
      results.put("key_page_p50_ratio", byKeyMs / byIdMs);
      results.put("key_page_p50_ms", byKeyMs);
      results.put("id_page_p50_ms", byIdMs);
    }
  }

  /** Returns how many more bytes a catalogue takes if its items have keys. */
  private static long keyBytes() {
    long empty = liveBytes();
    Catalogue plain = KeyedPair.catalogue(ITEMS, false);
    long withPlain = liveBytes();
    Catalogue keyed = KeyedPair.catalogue(ITEMS, true);
    long withBoth = liveBytes();
    // Both catalogues are used after the last measurement, so the garbage collector could not
    // remove either of them earlier.
    if (plain.size() != keyed.size()) {
      throw new IllegalStateException(
          plain.size() + " items with keys expected, got " + keyed.size());
    }
    return withBoth - withPlain - (withPlain - empty);
  }

  private static long liveBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** One server, the requests that it gets, and the times of its pages. */
  private record Side(UniPinClient client, List<RetrieveAndRankRequest> requests, Latencies times) {
    Side afresh() {
      return new Side(client, requests, new Latencies());
    }

    void page(int number) {
      long begin = System.nanoTime();
      client.retrieveAndRank(requests.get(number % requests.size()));
      times.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
    }
  }

  private static void alternate(Side one, Side other, int pages) {
    for (int i = 0; i < pages; i++) {
      (i % 2 == 0 ? one : other).page(i / 2);
      (i % 2 == 0 ? other : one).page(i / 2);
    }
  }

  private static List<RetrieveAndRankRequest> requests(boolean keyed) {
    List<RetrieveAndRankRequest> requests = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      UserContext user = ManyItems.user(i, ITEMS);
      requests.add(
          RetrieveAndRankRequest.newBuilder()
              .setUser(keyed ? named(user) : user)
              .setPageSize(PAGE)
              .build());
    }
    return requests;
  }

  /** Returns a user whose actions name items by key. */
  private static UserContext named(UserContext user) {
    History.Builder history = user.getHistory().toBuilder();
    for (Action.Builder action : history.getActionsBuilderList()) {
      action.setItemKey(KeyedPair.key(action.getItemId())).clearItemId();
    }
    return user.toBuilder().setHistory(history).build();
  }
}
