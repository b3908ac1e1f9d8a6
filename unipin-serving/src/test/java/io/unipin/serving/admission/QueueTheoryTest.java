package io.unipin.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.serving.admission.QueueSimulation.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares simulated queues with the closed forms of queueing theory. The arrivals are random at a
 * constant rate, and the workers are busy for 80 % of the time. Means and rates are in milliseconds.
 */
final class QueueTheoryTest {
  private static final double MS = 1e6;
  private static final long FOREVER = Duration.ofDays(1).toNanos();
  private static final Duration LONG = Duration.ofHours(1);
  private static final int CALLS = 1_000_000;
  private static final double LOAD = 0.8;

  /** The deviation that the simulated means may have from the closed forms. */
  private static final double TOLERANCE = 0.04;

  /** Hits run for exponential times with mean 2, prefills for uniform times between 10 and 30. */
  private static final double HIT = 2;

  private static final double PREFILL = 20;
  private static final double SQUARE_OF_HIT = 2 * HIT * HIT;
  private static final double SQUARE_OF_PREFILL = PREFILL * PREFILL * (1 + 1 / 12.0);

  /** Arrivals per millisecond at one worker. Half of the calls are hits, half are prefills. */
  private static final double RATE = LOAD / ((HIT + PREFILL) / 2);

  /** The mean time until the running call ends, as an arriving call sees it. */
  private static final double RESIDUAL = RATE * (SQUARE_OF_HIT + SQUARE_OF_PREFILL) / 4;

  private static final double LOAD_OF_HITS = RATE * HIT / 2;
  private static final double LOAD_OF_PREFILLS = RATE * PREFILL / 2;

  /** The mean waits of the two halves of the calls, in milliseconds. */
  private record Waits(double cheap, double costly) {
    double mean() {
      return (cheap + costly) / 2;
    }
  }

  private static Waits played(
      WorkQueue queue, int workers, Iterator<Call> calls, double expectedOfCheap) {
    double[] sums = new double[2];
    long[] counts = new long[2];
    QueueSimulation.play(
        queue,
        workers,
        calls,
        (call, at) -> {
          int kind = call.expected() == (long) (expectedOfCheap * MS) ? 0 : 1;
          sums[kind] += (at - call.at()) / MS;
          counts[kind]++;
        });
    return new Waits(sums[0] / counts[0], sums[1] / counts[1]);
  }

  private static double exponential(SplittableRandom random, double mean) {
    return -mean * Math.log1p(-random.nextDouble());
  }

  private static Call call(double at, double runs, double expected, long remaining) {
    return new Call(
        (long) (at * MS), (long) (runs * MS), (long) (expected * MS), Priority.LIVE, remaining);
  }

  /** Returns hits and prefills for one worker. */
  private static Iterator<Call> pages(long seed) {
    return pages(seed, CALLS, RATE, FOREVER);
  }

  private static Iterator<Call> pages(long seed, int calls, double rate, long remaining) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] at = new double[1];
    return Stream.generate(
            () -> {
              at[0] += exponential(random, 1 / rate);
              boolean hit = random.nextBoolean();
              double runs = hit ? exponential(random, HIT) : PREFILL * (0.5 + random.nextDouble());
              return call(at[0], runs, hit ? HIT : PREFILL, remaining);
            })
        .limit(calls)
        .iterator();
  }

  private static void assertClose(double simulated, double closedForm) {
    assertThat(simulated).isCloseTo(closedForm, within(TOLERANCE * closedForm));
  }

  /** Pollaczek and Khinchine: the mean wait is the residual time divided by the idle share. */
  @Test
  void arrival_oneWorker_waitsAsPollaczekAndKhinchineSay() {
    Waits waits = played(new ArrivalQueue(), 1, pages(1), HIT);
    assertClose(waits.cheap(), RESIDUAL / (1 - LOAD));
    assertClose(waits.costly(), RESIDUAL / (1 - LOAD));
  }

  /** Cobham: a class waits for the work of its own class and of the classes before it. */
  @Test
  void cost_delaysThatNeverEnd_waitAsCobhamSays() {
    Waits waits = played(new CostQueue(1e5, LONG, 1), 1, pages(2), HIT);
    assertClose(waits.cheap(), RESIDUAL / (1 - LOAD_OF_HITS));
    assertClose(waits.costly(), RESIDUAL / ((1 - LOAD_OF_HITS) * (1 - LOAD)));
  }

  @Test
  void cost_noDelays_waitAsPollaczekAndKhinchineSay() {
    Waits waits = played(new CostQueue(0, LONG, 1), 1, pages(3), HIT);
    assertClose(waits.cheap(), RESIDUAL / (1 - LOAD));
    assertClose(waits.costly(), RESIDUAL / (1 - LOAD));
  }

  /**
   * Kleinrock's conservation law: an order that knows no running times can only move waits from one
   * class to the other. The sum of the waits, weighted by load, is the same as in the order of
   * arrival.
   */
  @Test
  void cost_delaysOfAServer_moveWaitsFromHitsToPrefillsAndMakeNone() {
    CostQueue queue = new CostQueue(Duration.ofSeconds(1), 1);
    Waits waits = played(queue, 1, pages(4), HIT);
    assertClose(
        LOAD_OF_HITS * waits.cheap() + LOAD_OF_PREFILLS * waits.costly(),
        LOAD * RESIDUAL / (1 - LOAD));
    assertThat(waits.cheap()).isLessThan(0.35 * RESIDUAL / (1 - LOAD));
    assertThat(waits.costly()).isLessThan(1.1 * RESIDUAL / (1 - LOAD));
  }

  /**
   * Two workers whose calls all take exponential times with the same mean. Half of the calls are
   * expected to be cheaper. An arriving call has to wait with Erlang's probability 2 ρ² / (1 + ρ).
   */
  @Test
  void twoWorkers_bothOrders_waitAsErlangAndCobhamSay() {
    double mean = 10;
    double waiting = 2 * LOAD * LOAD / (1 + LOAD) * mean / 2;
    Waits arrival = played(new ArrivalQueue(), 2, equalCalls(5, mean), 1);
    assertClose(arrival.mean(), waiting / (1 - LOAD));
    Waits cost = played(new CostQueue(1e5, LONG, 2), 2, equalCalls(5, mean), 1);
    assertClose(cost.cheap(), waiting / (1 - LOAD / 2));
    assertClose(cost.costly(), waiting / ((1 - LOAD / 2) * (1 - LOAD)));
  }

  private static Iterator<Call> equalCalls(long seed, double mean) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] at = new double[1];
    return Stream.generate(
            () -> {
              at[0] += exponential(random, mean / 2 / LOAD);
              double expected = random.nextBoolean() ? 1 : 2;
              return call(at[0], exponential(random, mean), expected, FOREVER);
            })
        .limit(CALLS)
        .iterator();
  }

  /** Checks the aims of the order with two workers. Every call must end within half a second. */
  @Test
  void cost_atEightyPercent_halvesTheTailOfHitsAndStarvesNoPrefill() {
    List<Call> calls = new ArrayList<>();
    pages(6, 400_000, 2 * RATE, 500_000_000).forEachRemaining(calls::add);
    Set<Call> lateByArrival = new HashSet<>();
    Set<Call> lateByCost = new HashSet<>();
    double[] arrival = tails(new ArrivalQueue(), calls, lateByArrival);
    double[] cost = tails(new CostQueue(Duration.ofSeconds(1), 2), calls, lateByCost);
    assertThat(cost[0]).as("p99 of hits").isLessThan(0.5 * arrival[0]);
    assertThat(cost[1]).as("p99 of prefills").isLessThan(1.3 * arrival[1]);
    lateByCost.removeAll(lateByArrival);
    assertThat(lateByCost).as("late, but in time in the order of arrival").isEmpty();
  }

  /** Returns the 99th percentile of the latencies of hits and of prefills. */
  private static double[] tails(WorkQueue queue, List<Call> calls, Set<Call> late) {
    List<Double> hits = new ArrayList<>();
    List<Double> prefills = new ArrayList<>();
    QueueSimulation.play(
        queue,
        2,
        calls.iterator(),
        (call, at) -> {
          long took = at - call.at() + call.runs();
          (call.expected() == (long) (HIT * MS) ? hits : prefills).add(took / MS);
          if (took > call.remaining()) {
            late.add(call);
          }
        });
    ToDoubleFunction<List<Double>> tail =
        all -> {
          double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
          return sorted[(int) (0.99 * sorted.length)];
        };
    return new double[] {tail.applyAsDouble(hits), tail.applyAsDouble(prefills)};
  }
}
