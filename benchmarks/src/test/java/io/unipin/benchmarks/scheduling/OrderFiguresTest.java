package io.unipin.benchmarks.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.proto.v1.Served.CacheOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OrderFiguresTest {
  private static final long MS = 1_000_000;

  private final OrderFigures figures = new OrderFigures(Duration.ofSeconds(1));

  private static PlannedPage planned(boolean hit) {
    return new PlannedPage(0, hit, 0);
  }

  private static ServedPage served(boolean hit, long ms) {
    CacheOutcome cache = hit ? CacheOutcome.HIT : CacheOutcome.PREFILL;
    return new ServedPage(ms * MS, true, cache, false);
  }

  /** Adds a round with 100 hits and 100 prefills, whose times all differ. */
  private void add(long hitOfArrival, long hitOfCost, long prefillOfArrival, long prefillOfCost) {
    List<PlannedPage> plan = new ArrayList<>();
    List<ServedPage> arrival = new ArrayList<>();
    List<ServedPage> cost = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      plan.add(planned(true));
      arrival.add(served(true, hitOfArrival + i));
      cost.add(served(true, hitOfCost + i));
      plan.add(planned(false));
      arrival.add(served(false, prefillOfArrival + i));
      cost.add(served(false, prefillOfCost + i));
    }
    figures.add(new OrderFigures.Round(plan, arrival, cost));
  }

  private Map<String, Object> results() {
    Map<String, Object> results = new LinkedHashMap<>();
    figures.put(results);
    return results;
  }

  @Test
  void put_rounds_haveTheAgreedKeysAndRatios() {
    add(101, 1, 301, 401);
    Map<String, Object> results = results();
    assertThat(results)
        .containsEntry("hits_p99_ms_arrival", 200.0)
        .containsEntry("hits_p99_ms_cost", 100.0)
        .containsEntry("hits_p99_ratio", 0.5)
        .containsEntry("prefill_p99_ms_arrival", 400.0)
        .containsEntry("prefill_p99_ratio", 1.25)
        .containsEntry("starved", 0L)
        .containsEntry("late_cost", 0L)
        .containsEntry("outcomes_cost", Map.of("HIT", 100L, "PREFILL", 100L));
  }

  @Test
  void put_callsThatMissTheirDeadline_areCountedByWhichOrderMissedThem() {
    List<PlannedPage> plan = List.of(planned(true), planned(false), planned(false), planned(true));
    List<ServedPage> arrival =
        List.of(
            served(true, 10), served(false, 999), served(false, 1001), ServedPage.failed(2 * MS));
    List<ServedPage> cost =
        List.of(
            ServedPage.failed(5 * MS),
            served(false, 1001),
            served(false, 1002),
            served(true, 1000));
    figures.add(new OrderFigures.Round(plan, arrival, cost));
    assertThat(results())
        .containsEntry("starved", 2L)
        .containsEntry("rescued", 1L)
        .containsEntry("late_arrival", 2L)
        .containsEntry("late_cost", 3L)
        .containsEntry("hits_p99_ms_arrival", 1000.0);
  }

  @Test
  void round_missingPages_isRefused() {
    assertThatThrownBy(() -> new OrderFigures.Round(List.of(planned(true)), List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 pages of each order expected, got 0 and 0");
  }

  @Test
  void plan_rateAndShare_areThoseAskedFor() {
    List<PlannedPage> plan = PlannedPage.plan(100, 200, 32, 1);
    assertThat(plan).isEqualTo(PlannedPage.plan(100, 200, 32, 1));
    assertThat(plan).isNotEqualTo(PlannedPage.plan(100, 200, 32, 2));
    assertThat((double) plan.size()).isCloseTo(20_000, within(600.0));
    List<PlannedPage> prefills = plan.stream().filter(page -> !page.hit()).toList();
    assertThat((double) prefills.size()).isCloseTo(plan.size() / 2.0, within(300.0));
    assertThat(prefills.stream().map(PlannedPage::user).distinct()).hasSize(prefills.size());
    assertThat(plan).isSortedAccordingTo((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
    assertThat(plan.stream().filter(PlannedPage::hit).map(PlannedPage::user).distinct())
        .hasSize(32);
  }
}
