package io.unipin.benchmarks.scheduling;

import io.unipin.benchmarks.measure.Spread;
import io.unipin.proto.v1.Served.CacheOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The figures of all rounds. In each round, both orders play the same plan. */
final class OrderFigures {
  private static final double TAIL = 0.99;

  private final long deadlineNanos;
  private final List<Round> rounds = new ArrayList<>();

  /**
   * What became of the planned pages under each order. The lists have one entry per page of the
   * plan.
   */
  record Round(List<PlannedPage> plan, List<ServedPage> arrival, List<ServedPage> cost) {
    Round {
      plan = List.copyOf(plan);
      arrival = List.copyOf(arrival);
      cost = List.copyOf(cost);
      if (arrival.size() != plan.size() || cost.size() != plan.size()) {
        throw new IllegalArgumentException(
            plan.size()
                + " pages of each order expected, got "
                + arrival.size()
                + " and "
                + cost.size());
      }
    }
  }

  /** @param deadline deadline of every page */
  OrderFigures(Duration deadline) {
    this.deadlineNanos = deadline.toNanos();
  }

  void add(Round round) {
    rounds.add(round);
  }

  /**
   * Puts the figures into {@code results}. Each tail is the 99th percentile over the pages of all
   * rounds. A page that failed counts as if it had taken at least until its deadline.
   */
  void put(Map<String, Object> results) {
    tails("hits", true, results);
    tails("prefill", false, results);
    results.put("starved", newlyLate(Round::arrival, Round::cost));
    results.put("rescued", newlyLate(Round::cost, Round::arrival));
    sides(results);
  }

  private void tails(String name, boolean hit, Map<String, Object> results) {
    double before = tailMs(rounds, Round::arrival, hit);
    double after = tailMs(rounds, Round::cost, hit);
    double[] ratios =
        rounds.stream()
            .map(List::of)
            .mapToDouble(one -> tailMs(one, Round::cost, hit) / tailMs(one, Round::arrival, hit))
            .toArray();
    results.put(name + "_p99_ms_arrival", before);
    results.put(name + "_p99_ms_cost", after);
    results.put(name + "_p99_ratio", after / before);
    results.put(name + "_p99_ratio_spread", Spread.of(ratios).toJson());
  }

  private double tailMs(List<Round> some, Function<Round, List<ServedPage>> side, boolean hit) {
    List<Long> took = new ArrayList<>();
    for (Round round : some) {
      List<ServedPage> pages = side.apply(round);
      for (int i = 0; i < pages.size(); i++) {
        if (round.plan().get(i).hit() == hit) {
          ServedPage page = pages.get(i);
          long nanos = page.tookNanos();
          took.add(page.answered() ? nanos : Math.max(nanos, deadlineNanos));
        }
      }
    }
    long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted[(int) Math.ceil(TAIL * sorted.length) - 1] / 1e6;
  }

  /** Returns the number of pages that one side served in time and the other side did not. */
  private long newlyLate(
      Function<Round, List<ServedPage>> inTime, Function<Round, List<ServedPage>> late) {
    long count = 0;
    for (Round round : rounds) {
      for (int i = 0; i < round.plan().size(); i++) {
        if (inTime.apply(round).get(i).isInTime(deadlineNanos)
            && !late.apply(round).get(i).isInTime(deadlineNanos)) {
          count++;
        }
      }
    }
    return count;
  }

  private void sides(Map<String, Object> results) {
    Map<String, Function<Round, List<ServedPage>>> sides = new LinkedHashMap<>();
    sides.put("arrival", Round::arrival);
    sides.put("cost", Round::cost);
    sides.forEach(
        (name, side) -> {
          List<ServedPage> pages =
              rounds.stream().flatMap(round -> side.apply(round).stream()).toList();
          results.put("pages_" + name, pages.size());
          results.put(
              "late_" + name, pages.stream().filter(page -> !page.isInTime(deadlineNanos)).count());
          results.put("degraded_" + name, pages.stream().filter(ServedPage::degraded).count());
          results.put("outcomes_" + name, outcomes(pages));
        });
  }

  /** Returns the number of answered pages by cache outcome. */
  private static Map<String, Long> outcomes(List<ServedPage> pages) {
    Map<String, Long> outcomes = new LinkedHashMap<>();
    Arrays.stream(CacheOutcome.values())
        .filter(outcome -> outcome != CacheOutcome.UNRECOGNIZED)
        .forEach(
            outcome -> {
              long count =
                  pages.stream().filter(page -> page.answered() && page.cache() == outcome).count();
              if (count > 0) {
                outcomes.put(outcome.name(), count);
              }
            });
    return outcomes;
  }
}
