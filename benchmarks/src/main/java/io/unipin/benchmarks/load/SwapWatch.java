package io.unipin.benchmarks.load;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Learns the answers of each bundle to each user, and compares all later answers with the learnt
 * answers.
 *
 * <p>Call {@link #learn} before any {@link #call}. After {@link #learn} the object is thread-safe.
 */
final class SwapWatch {
  private static final int USERS = 16;
  private static final int ACTIONS = 40;
  private static final int ITEMS = 2000;

  /**
   * The minimum share of equal items in two pages that one bundle gives one user. Such pages differ
   * only by rounding. Pages of two bundles with random weights share almost no items.
   */
  private static final double SAME = 0.8;

  private final UniPinClient client;
  private final long timeMs = System.currentTimeMillis();

  /** The expected answers by bundle, then by user. */
  private final Map<String, Map<Integer, RetrieveAndRankResponse>> expected = new HashMap<>();

  private final Map<String, Long> answers = new TreeMap<>();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong mixed = new AtomicLong();
  private final AtomicInteger turn = new AtomicInteger();

  SwapWatch(UniPinClient client) {
    this.client = client;
  }

  /** Records a history for every user. */
  void prepare() {
    RecordActionsRequest.Builder request = RecordActionsRequest.newBuilder();
    for (int user = 0; user < USERS; user++) {
      UserActions.Builder actions = UserActions.newBuilder().setUserId("swap" + user);
      for (int i = 0; i < ACTIONS; i++) {
        actions.addActions(
            Action.newBuilder()
                .setItemId((user * 131L + i * 17L) % ITEMS)
                .addActions("click")
                .setTimeMs(timeMs - (ACTIONS - i) * 1000L)
                .setEventId("e" + i));
      }
      request.addUsers(actions);
    }
    client.recordActions(request.build());
  }

  /** Stores the answers of the bundle in service. */
  void learn() {
    for (int user = 0; user < USERS; user++) {
      RetrieveAndRankResponse answer = ask(user);
      expected
          .computeIfAbsent(answer.getServed().getBundle(), bundle -> new HashMap<>())
          .put(user, answer);
    }
  }

  private RetrieveAndRankResponse ask(int user) {
    UserContext context =
        UserContext.newBuilder().setUserId("swap" + user).setTimeMs(timeMs).build();
    return client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build());
  }

  /** Starts callers that each request the next page as soon as the previous page arrives. */
  Callers call(int count) {
    return new Callers(count);
  }

  private void callOnce() {
    int user = Math.floorMod(turn.getAndIncrement(), USERS);
    try {
      RetrieveAndRankResponse answer = ask(user);
      if (!isOfOneBundle(user, answer)) {
        mixed.incrementAndGet();
      }
      synchronized (answers) {
        answers.merge(answer.getServed().getBundle(), 1L, Long::sum);
      }
    } catch (RequestException e) {
      failed.incrementAndGet();
    }
  }

  private boolean isOfOneBundle(int user, RetrieveAndRankResponse answer) {
    Served served = answer.getServed();
    RetrieveAndRankResponse same = expected.getOrDefault(served.getBundle(), Map.of()).get(user);
    if (same == null) {
      return false;
    }
    Set<Long> shared = new HashSet<>(items(same));
    shared.retainAll(items(answer));
    return served.getModel().equals(same.getServed().getModel())
        && served.getIndex().equals(same.getServed().getIndex())
        && served.getConfig().equals(same.getServed().getConfig())
        && shared.size() >= SAME * same.getItemsCount();
  }

  private static List<Long> items(RetrieveAndRankResponse answer) {
    return answer.getItemsList().stream().map(ScoredItem::getItemId).collect(Collectors.toList());
  }

  long failed() {
    return failed.get();
  }

  /**
   * Returns the number of answers that name one bundle but contain parts of another bundle's
   * answer.
   */
  long mixed() {
    return mixed.get();
  }

  Map<String, Long> answers() {
    synchronized (answers) {
      return new TreeMap<>(answers);
    }
  }

  /** The running callers. */
  final class Callers implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ExecutorService pool;

    private Callers(int count) {
      pool = Executors.newFixedThreadPool(count);
      for (int caller = 0; caller < count; caller++) {
        pool.execute(
            () -> {
              while (!stopped.get()) {
                callOnce();
              }
            });
      }
      pool.shutdown();
    }

    /** Waits until the running calls end, and starts no further calls. */
    void stop() throws InterruptedException {
      stopped.set(true);
      if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("calls are still under way after a minute");
      }
    }

    @Override
    public void close() {
      stopped.set(true);
      pool.shutdownNow();
    }
  }
}
