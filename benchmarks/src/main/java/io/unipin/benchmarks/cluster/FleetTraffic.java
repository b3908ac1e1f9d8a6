package io.unipin.benchmarks.cluster;

import io.unipin.cli.loadtest.Pace;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of users who ask for pages and act on what they see. Each caller is a thread that acts
 * for users of its own, so it knows which actions the fleet acknowledged.
 */
final class FleetTraffic implements AutoCloseable {
  /** One of this many pages is computed a second time and compared. */
  private static final int SAMPLED = 10;

  private static final int PAGE = 10;
  private static final int PAGES_PER_SESSION = 4;
  private static final double FAVOURITE = .3;

  /**
   * A user leaves when the user's history is this much shorter than {@code historyLimit}. The model
   * then reads every action, so a page counts all of them.
   */
  private static final int SPARE = 2 * PAGES_PER_SESSION;

  private static final String ACTION = "click";

  private final FleetClients clients;
  private final @Nullable PageOracle oracle;
  private final List<FleetUser> users = new ArrayList<>();
  private final FleetNotes notes = new FleetNotes();
  private final List<String> wrong = new ArrayList<>();
  private final AtomicInteger compared = new AtomicInteger();
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final List<Thread> threads = new ArrayList<>();
  private final int historyLimit;
  private final Duration every;

  /**
   * Prepares sessions.
   *
   * @param oracle computes sampled pages a second time; null to compare none
   * @param historyLimit largest number of actions that the model reads
   * @param every time between two pages of one caller
   */
  FleetTraffic(
      FleetClients clients, @Nullable PageOracle oracle, int historyLimit, Duration every) {
    this.clients = clients;
    this.oracle = oracle;
    this.historyLimit = historyLimit;
    this.every = every;
  }

  /**
   * Starts the callers.
   *
   * @param prefix beginning of the users' ids
   * @param current number of users for whom a caller acts at a time
   */
  void start(String prefix, int callers, int current) {
    for (int caller = 0; caller < callers; caller++) {
      String name = prefix + "-" + caller;
      int seed = caller;
      Thread thread = new Thread(() -> act(name, current, new SplittableRandom(seed)), name);
      threads.add(thread);
      thread.start();
    }
  }

  private void act(String name, int current, SplittableRandom random) {
    Pace pace = Pace.ofSystem();
    List<FleetUser> own = new ArrayList<>();
    int arrived = 0;
    long due = System.nanoTime();
    while (going.get()) {
      while (own.size() < current) {
        own.add(arrive(name + "-" + arrived++));
      }
      FleetUser user = choose(own, random);
      for (int page = 0; page < PAGES_PER_SESSION && going.get(); page++) {
        pace.awaitNanos(due);
        page(user, random);
        due = Math.max(due + every.toNanos(), System.nanoTime());
      }
      if (user.acknowledged().size() > historyLimit - SPARE) {
        own.remove(user);
      }
    }
  }

  private FleetUser arrive(String id) {
    FleetUser user = new FleetUser(id);
    synchronized (users) {
      users.add(user);
    }
    return user;
  }

  /** Chooses the caller's first user often, so that users come back while they are cached. */
  private static FleetUser choose(List<FleetUser> own, SplittableRandom random) {
    return random.nextDouble() < FAVOURITE ? own.get(0) : own.get(random.nextInt(own.size()));
  }

  private void page(FleetUser user, SplittableRandom random) {
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(
                UserContext.newBuilder()
                    .setUserId(user.id())
                    .setTimeMs(System.currentTimeMillis() + 1000))
            .setPageSize(PAGE)
            .build();
    long begin = System.nanoTime();
    RetrieveAndRankResponse page;
    try {
      page = clients.forPages().retrieveAndRank(request);
    } catch (RequestException e) {
      notes.page(PageNote.failed(begin, millisSince(begin), String.valueOf(e.getMessage())));
      return;
    }
    int missing = user.missing(page.getServed().getHistoryActions(), historyLimit);
    notes.page(
        new PageNote(
            begin,
            millisSince(begin),
            "",
            page.getServed().getCache(),
            page.getServed().getDegradationsList(),
            missing));
    boolean exact = user.isCertain() && page.getServed().getDegradationsCount() == 0;
    if (exact && random.nextInt(SAMPLED) == 0) {
      compare(user, request, page);
    }
    if (page.getItemsCount() > 0) {
      ScoredItem item = page.getItems(random.nextInt(page.getItemsCount()));
      record(user, item.getItemId());
    }
  }

  private void compare(
      FleetUser user, RetrieveAndRankRequest request, RetrieveAndRankResponse page) {
    PageOracle judge = oracle;
    if (judge == null) {
      return;
    }
    String difference = judge.difference(request, page, user.acknowledged());
    compared.incrementAndGet();
    if (!difference.isEmpty()) {
      synchronized (wrong) {
        wrong.add(user.id() + ": " + difference);
      }
    }
  }

  private void record(FleetUser user, long item) {
    Action action = user.next(item, ACTION, System.currentTimeMillis());
    long begin = System.nanoTime();
    try {
      clients
          .forRecords()
          .recordActions(
              RecordActionsRequest.newBuilder()
                  .addUsers(UserActions.newBuilder().setUserId(user.id()).addActions(action))
                  .build());
      user.acknowledge(action);
      notes.recorded(millisSince(begin));
    } catch (RequestException e) {
      user.doubt();
      notes.recordFailed(begin, millisSince(begin), String.valueOf(e.getMessage()));
    }
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  FleetNotes notes() {
    return notes;
  }

  /** Returns the differences that the comparisons of pages found. */
  List<String> wrong() {
    synchronized (wrong) {
      return List.copyOf(wrong);
    }
  }

  /** Returns the number of pages that were compared. */
  int compared() {
    return compared.get();
  }

  /** Returns all users. Callers must end the traffic first. */
  List<FleetUser> users() {
    synchronized (users) {
      return List.copyOf(users);
    }
  }

  /**
   * Requests a page of each user from a server, and returns how many acknowledged actions these
   * pages do not count. Callers must end the traffic first.
   */
  int lost(UniPinClient client) {
    int lost = 0;
    for (FleetUser user : users()) {
      lost += user.missing(UserPages.actions(client, user.id()), historyLimit);
    }
    return lost;
  }

  /** Ends the sessions and waits for the last calls. */
  void end() throws InterruptedException {
    going.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Ends the sessions without waiting for the last calls. */
  @Override
  public void close() {
    going.set(false);
  }
}
