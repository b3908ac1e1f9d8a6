package io.unipin.benchmarks.headline;

import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes visits to one server, one round at a time.
 *
 * <p>The number of simultaneous visits is constant. Each visit belongs to a new user whose history
 * the server knows. A visit has five pages, with two actions after each page. Pages of different
 * visits come in random order. Visits continue from one round to the next.
 */
public final class HeadlineTraffic implements AutoCloseable {
  /** The number of simultaneous visits. */
  static final int VISITORS = 32;

  /** The number of pages of a visit. */
  static final int PAGES = 5;

  private static final int ACTIONS = 2;
  private static final long MINUTE_MS = 60_000;
  private static final long START_MS = 1_700_000_000_000L;
  private static final double SPARE = 1.6;

  /**
   * The number of candidates of a page that is not measured. {@code MOST_QPS_OF_FEW} is an upper
   * bound for the number of such pages per second.
   */
  public static final int FEW = 10;

  private static final double MOST_QPS_OF_FEW = 800;

  private final UniPinClient client;
  private final int history;
  private final int items;
  private final Random random = new Random(7);
  private final BlockingQueue<Visit> visits = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> users = new LinkedBlockingQueue<>();
  private final ExecutorService callers = Executors.newFixedThreadPool(2 * VISITORS);
  private int known;

  /** Name of the engine that computed the latest page, from the page's answer. */
  private volatile String engine = "";

  /** The number of candidates to request; 0 means the server's setting. */
  private volatile int candidates;

  HeadlineTraffic(UniPinClient client, int history, int items) {
    this.client = client;
    this.history = history;
    this.items = items;
    expect(VISITORS);
    for (int i = 0; i < VISITORS; i++) {
      visits.add(visit(1 + i % PAGES)); // the first visits begin at different pages
    }
  }

  /** A user's visit to the feed. Not thread-safe. */
  private static final class Visit {
    private final String user;
    private int pagesLeft;
    private long now;
    private String cursor = "";

    Visit(String user, int pagesLeft, long now) {
      this.user = user;
      this.pagesLeft = pagesLeft;
      this.now = now;
    }
  }

  private Visit visit(int pages) {
    String user = users.poll();
    if (user == null) {
      throw new IllegalStateException("more users expected than " + known);
    }
    return new Visit(user, pages, START_MS + history * MINUTE_MS);
  }

  /** Records histories of enough new users for this number of pages. */
  private void expect(double pages) {
    int wanted = (int) (pages * SPARE / PAGES) + VISITORS;
    while (users.size() < wanted) {
      String user = "u" + known++;
      UserActions.Builder actions = UserActions.newBuilder().setUserId(user);
      for (int i = 0; i < history; i++) {
        actions.addActions(action(random.nextInt(items), START_MS + i * MINUTE_MS, "h" + i));
      }
      client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
      users.add(user);
    }
  }

  private static Action action(int item, long timeMs, String event) {
    return Action.newBuilder()
        .setItemId(item)
        .addActions("click")
        .setTimeMs(timeMs)
        .setEventId(event)
        .build();
  }

  /**
   * Requests many pages with few candidates, so that the JVM compiles the code that runs once per
   * page before measurements begin.
   */
  public void rehearse(int count, Duration length) throws InterruptedException {
    candidates = FEW;
    try {
      saturate(count, length, MOST_QPS_OF_FEW);
    } finally {
      candidates = 0;
    }
  }

  /**
   * Runs callers. Each caller requests its next page as soon as its previous page has arrived.
   *
   * @param count number of callers
   * @param atMostQps upper bound for the pages per second
   */
  public TrafficRound saturate(int count, Duration length, double atMostQps)
      throws InterruptedException {
    expect(atMostQps * length.toNanos() / 1e9);
    Collection<TrafficRound.Page> pages = new ConcurrentLinkedQueue<>();
    Stopwatch watch = new Stopwatch();
    long end = System.nanoTime() + length.toNanos();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      running.add(
          callers.submit(
              () -> {
                while (System.nanoTime() < end) {
                  pages.add(page(System.nanoTime()));
                }
                return null;
              }));
    }
    await(running);
    return watch.round(pages);
  }

  /**
   * Requests pages at random times with a given mean rate. A page's latency counts from its
   * scheduled time.
   *
   * @param count number of pages
   * @param rate pages per second
   */
  TrafficRound arrive(int count, double rate, long seed) throws InterruptedException {
    expect(count);
    Collection<TrafficRound.Page> pages = new ConcurrentLinkedQueue<>();
    Random gaps = new Random(seed);
    Stopwatch watch = new Stopwatch();
    List<Future<?>> running = new ArrayList<>();
    double at = System.nanoTime();
    for (int i = 0; i < count; i++) {
      at -= Math.log(1 - gaps.nextDouble()) / rate * 1e9;
      long due = (long) at;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      running.add(callers.submit(() -> pages.add(page(due))));
    }
    await(running);
    return watch.round(pages);
  }

  /** Returns the name of the engine that computed the latest page, from the server's answer. */
  String engine() {
    return engine;
  }

  private static void await(List<Future<?>> running) throws InterruptedException {
    try {
      for (Future<?> future : running) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a caller failed: " + e.getCause(), e);
    }
  }

  /** Requests the next page of some visit, and records the actions of that visit's user. */
  private TrafficRound.Page page(long beginNanos) throws InterruptedException {
    Visit visit = take();
    RetrieveAndRankResponse response = client.retrieveAndRank(request(visit));
    double latencyMs = (System.nanoTime() - beginNanos) / 1e6;
    Served served = response.getServed();
    engine = served.getEngine();
    visit.cursor = response.getNextPageCursor();
    act(visit, response);
    visits.add(--visit.pagesLeft > 0 ? visit : visit(PAGES));
    return new TrafficRound.Page(latencyMs, served.getCache(), served.getDegradationsCount() > 0);
  }

  /** Returns a visit for which no page is being requested. */
  private Visit take() throws InterruptedException {
    for (int skipped = ThreadLocalRandom.current().nextInt(VISITORS); skipped > 0; skipped--) {
      Visit visit = visits.poll();
      if (visit == null) {
        break;
      }
      visits.add(visit);
    }
    return visits.take();
  }

  private RetrieveAndRankRequest request(Visit visit) {
    UserContext user = UserContext.newBuilder().setUserId(visit.user).setTimeMs(visit.now).build();
    return RetrieveAndRankRequest.newBuilder()
        .setUser(user)
        .setPageCursor(visit.cursor)
        .setCandidates(candidates)
        .build();
  }

  private void act(Visit visit, RetrieveAndRankResponse response) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(visit.user);
    for (int i = 0; i < ACTIONS; i++) {
      int item = (int) response.getItems(i).getItemId();
      actions.addActions(action(item, visit.now + i, "p" + visit.pagesLeft + "a" + i));
    }
    client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
    visit.now += MINUTE_MS;
  }

  @Override
  public void close() {
    callers.shutdownNow();
    try {
      callers.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Measures wall time and processor time of a round. */
  private static final class Stopwatch {
    private final long cpu = cpuNanos();
    private final long wall = System.nanoTime();

    TrafficRound round(Collection<TrafficRound.Page> pages) {
      return TrafficRound.of(pages, (System.nanoTime() - wall) / 1e9, (cpuNanos() - cpu) / 1e9);
    }

    private static long cpuNanos() {
      return ManagementFactory.getOperatingSystemMXBean()
              instanceof com.sun.management.OperatingSystemMXBean system
          ? system.getProcessCpuTime()
          : 0;
    }
  }
}
