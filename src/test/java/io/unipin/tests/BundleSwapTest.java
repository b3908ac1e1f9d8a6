package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class BundleSwapTest {
  private static final int USERS = 30;
  private static final int CALLERS = 4;
  private static final int SWAPS = "nightly".equals(System.getenv("UNIPIN_TEST")) ? 100 : 25;

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void loadBundle_underLoad_failsNoRequestAndMixesNoVersions() throws Exception {
    try (TinyServer server = TinyServer.start(folder)) {
      Map<String, List<RetrieveAndRankResponse>> expected = new HashMap<>();
      for (String bundle : List.of("two", "one")) {
        server.admin().loadBundle(bundle);
        List<RetrieveAndRankResponse> answers = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
          answers.add(server.client().retrieveAndRank(TinyServer.request(user)));
        }
        expected.put(bundle, answers);
      }
      AtomicBoolean stop = new AtomicBoolean();
      ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
      List<Future<Map<String, Integer>>> callers = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int seed = caller;
        Callable<Map<String, Integer>> task =
            () -> call(server.address(), expected, new Random(seed), stop);
        callers.add(pool.submit(task));
      }
      try {
        for (int swap = 0; swap < SWAPS; swap++) {
          server.admin().loadBundle(swap % 2 == 0 ? "two" : "one");
        }
      } finally {
        stop.set(true);
        pool.shutdown();
      }
      Map<String, Integer> answered = new HashMap<>();
      for (Future<Map<String, Integer>> caller : callers) {
        caller.get().forEach((bundle, count) -> answered.merge(bundle, count, Integer::sum));
      }
      assertThat(answered).containsOnlyKeys("one", "two");
      assertThat(server.metric("unipin_cache_leases")).isZero();
      assertThat(server.metric("unipin_cache_leased")).isZero();
    }
  }

  /** Sends calls until the test says stop. Returns the number of answers by bundle. */
  private static Map<String, Integer> call(
      String address,
      Map<String, List<RetrieveAndRankResponse>> expected,
      Random random,
      AtomicBoolean stop) {
    Map<String, Integer> answered = new HashMap<>();
    try (UniPinClient client = UniPinClient.connect(address)) {
      while (!stop.get()) {
        int user = random.nextInt(USERS);
        RetrieveAndRankResponse answer = client.retrieveAndRank(TinyServer.request(user));
        String bundle = answer.getServed().getBundle();
        assertSame(expected.getOrDefault(bundle, List.of()).get(user), answer);
        answered.merge(bundle, 1, Integer::sum);
      }
    }
    return answered;
  }

  private static void assertSame(RetrieveAndRankResponse expected, RetrieveAndRankResponse actual) {
    assertThat(actual.getServed().getModel()).isEqualTo(expected.getServed().getModel());
    assertThat(actual.getServed().getIndex()).isEqualTo(expected.getServed().getIndex());
    assertThat(actual.getItemsList())
        .extracting(ScoredItem::getItemId)
        .isEqualTo(expected.getItemsList().stream().map(ScoredItem::getItemId).toList());
    for (int i = 0; i < expected.getItemsCount(); i++) {
      assertThat(actual.getItems(i).getUtility())
          .isCloseTo(expected.getItems(i).getUtility(), within(1e-4f));
    }
  }
}
