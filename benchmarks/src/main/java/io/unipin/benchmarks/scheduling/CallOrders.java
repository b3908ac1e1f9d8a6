package io.unipin.benchmarks.scheduling;

import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Compares the two orders in which a server runs waiting calls, at 80 % of the server's capacity.
 * Half of the pages are for cached users, the other half for new users.
 *
 * <p>There is one server for each order. The servers take turns with the same plans, and the order
 * of the turns alternates. The capacity is measured on both servers before each round. The servers
 * do not refuse calls that wait long, so both orders serve the same calls.
 */
public final class CallOrders {
  public static final double LOAD = 0.8;
  public static final Duration DEADLINE = Duration.ofSeconds(1);

  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration CALIBRATION = Duration.ofSeconds(4);

  /** Number of users whose state fits into a server's cache: the cached users and some others. */
  private static final int ROOM = 3 * MixedPages.CACHED_USERS;

  private static final List<String> SETTINGS =
      List.of(
          "admission.minConcurrency=1000", "admission.burstWait=30s", "admission.standingWait=30s");

  private CallOrders() {}

  /**
   * The amount of work.
   *
   * @param length time for which each order plays a plan in a round
   */
  public record Effort(int rounds, Duration length) {
    public static Effort of(boolean quick) {
      return quick ? new Effort(3, Duration.ofSeconds(20)) : new Effort(7, Duration.ofSeconds(40));
    }
  }

  /**
   * Receives the number of finished steps and a note. The warm-up is a step, and so is each round.
   */
  public interface Steps {
    void at(long done, String note);
  }

  /** Plays all rounds and puts the figures into {@code results}. */
  public static void measure(Effort effort, Map<String, Object> results, Steps steps)
      throws IOException, InterruptedException {
    BenchWorld world = BenchWorld.create(BenchWorld.Size.FULL, ROOM);
    try {
      world.publish("one");
      try (BenchServer arrival = start(world, "ARRIVAL");
          BenchServer cost = start(world, "COST");
          MixedPages first = pages(arrival, world);
          MixedPages second = pages(cost, world)) {
        steps.at(0, "warm-up");
        first.saturate(WARM_UP);
        second.saturate(WARM_UP);
        OrderFigures figures = new OrderFigures(DEADLINE);
        List<Double> rates = new ArrayList<>();
        for (int round = 0; round < effort.rounds(); round++) {
          steps.at(round + 1L, "round " + (round + 1));
          double capacity = (first.saturate(CALIBRATION) + second.saturate(CALIBRATION)) / 2;
          rates.add(capacity);
          List<PlannedPage> plan =
              PlannedPage.plan(
                  LOAD * capacity,
                  effort.length().toMillis() / 1e3,
                  MixedPages.CACHED_USERS,
                  round);
          figures.add(played(plan, first, second, round % 2 == 0));
        }
        figures.put(results);
        results.put("capacity_pages_per_second", rates);
      }
    } finally {
      world.delete();
    }
  }

  private static OrderFigures.Round played(
      List<PlannedPage> plan, MixedPages arrival, MixedPages cost, boolean arrivalFirst)
      throws InterruptedException {
    List<ServedPage> first = (arrivalFirst ? arrival : cost).play(plan, DEADLINE);
    List<ServedPage> second = (arrivalFirst ? cost : arrival).play(plan, DEADLINE);
    return new OrderFigures.Round(
        plan, arrivalFirst ? first : second, arrivalFirst ? second : first);
  }

  private static BenchServer start(BenchWorld world, String order)
      throws IOException, InterruptedException {
    List<String> settings = new ArrayList<>(SETTINGS);
    settings.add("admission.order=" + order);
    return BenchServer.start(world, "one", world.folder().resolve("server-" + order), settings);
  }

  private static MixedPages pages(BenchServer server, BenchWorld world) {
    return new MixedPages(server.address(), world.history(), world.items());
  }
}
