package io.unipin.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.admission.QueueSimulation.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CostQueueTest {
  private static final long MS = 1_000_000;
  private static final long NO_HURRY = 60_000 * MS;
  private static final Duration OVERTAKEN_FOR = Duration.ofMillis(250);

  /**
   * Expected running times. The delay of a hit is 80 ms. The delay of a prefill is 250 ms, the
   * largest possible delay.
   */
  private static final long HIT = 5 * MS;

  private static final long PREFILL = 20 * MS;

  private final CostQueue queue = new CostQueue(OVERTAKEN_FOR, 1);
  private final Map<Ticket, String> names = new HashMap<>();

  private Ticket add(String name, long atMs, long expected, Priority priority, long remainingMs) {
    Call call = new Call(atMs * MS, expected, expected, priority, remainingMs * MS);
    Ticket ticket = call.ticket();
    names.put(ticket, name);
    queue.add(ticket);
    return ticket;
  }

  private Ticket hit(String name, long atMs) {
    return add(name, atMs, HIT, Priority.LIVE, NO_HURRY / MS);
  }

  private Ticket prefill(String name, long atMs) {
    return add(name, atMs, PREFILL, Priority.LIVE, NO_HURRY / MS);
  }

  private String poll(long nowMs) {
    Ticket ticket = queue.poll(nowMs * MS);
    return ticket == null ? "none" : names.getOrDefault(ticket, "unknown");
  }

  @Test
  void poll_callsOfOneCost_comeInTheOrderOfArrival() {
    hit("first", 0);
    hit("second", 0);
    hit("third", 1);
    assertThat(List.of(poll(2), poll(3), poll(4), poll(5)))
        .containsExactly("first", "second", "third", "none");
  }

  @Test
  void poll_hitsAndAPrefill_hitsOvertakeForABoundedTime() {
    prefill("prefill", 0);
    hit("soon", 169);
    hit("late", 171);
    assertThat(List.of(poll(200), poll(205), poll(225))).containsExactly("soon", "prefill", "late");
  }

  @Test
  void poll_costOfAnUnknownKind_isAsIfItWereCheap() {
    hit("earlier", 19);
    hit("hit", 21);
    add("unknown", 100, 0, Priority.LIVE, NO_HURRY / MS);
    assertThat(List.of(poll(101), poll(102), poll(103)))
        .containsExactly("earlier", "unknown", "hit");
  }

  @Test
  void poll_batchAndShadow_waitForLiveCallsButNotForever() {
    add("batch", 0, HIT, Priority.BATCH, NO_HURRY / MS);
    add("shadow", 0, HIT, Priority.SHADOW, NO_HURRY / MS);
    prefill("live", 100);
    assertThat(poll(100)).isEqualTo("live");
    hit("another", 419);
    assertThat(poll(419)).isEqualTo("another");
    hit("after the shadow", 421);
    assertThat(List.of(poll(421), poll(426))).containsExactly("shadow", "after the shadow");
    hit("before the batch", 919);
    hit("after the batch", 921);
    assertThat(List.of(poll(921), poll(926), poll(931)))
        .containsExactly("before the batch", "batch", "after the batch");
  }

  @Test
  void poll_batchAlone_runsAtOnce() {
    add("batch", 0, HIT, Priority.BATCH, NO_HURRY / MS);
    assertThat(poll(0)).isEqualTo("batch");
  }

  /** The prefill must start within 30 ms. A hit before it counts as 10 ms. */
  @Test
  void poll_closeDeadline_isMetAtTheLastMoment() {
    add("prefill", 0, PREFILL, Priority.LIVE, 50);
    hit("one", 1);
    hit("two", 2);
    hit("three", 3);
    assertThat(List.of(poll(15), poll(20), poll(25), poll(45)))
        .containsExactly("one", "two", "prefill", "three");
  }

  @Test
  void poll_deadlineThatCannotBeMet_changesNothing() {
    add("too late", 0, PREFILL, Priority.LIVE, 50);
    hit("one", 1);
    hit("two", 2);
    assertThat(List.of(poll(31), poll(36), poll(41))).containsExactly("one", "two", "too late");
  }

  /** Together the two prefills take 40 ms, so the first of them must start within 60 ms. */
  @Test
  void poll_deadlinesOfSeveralCalls_areAddedUp() {
    add("prefill one", 0, PREFILL, Priority.LIVE, 100);
    add("prefill two", 0, PREFILL, Priority.LIVE, 100);
    hit("hit one", 1);
    hit("hit two", 2);
    assertThat(List.of(poll(50), poll(55), poll(75), poll(95)))
        .containsExactly("hit one", "prefill one", "prefill two", "hit two");
  }

  @Test
  void poll_deadlineOfTheShadow_movesNothing() {
    add("shadow", 0, HIT, Priority.SHADOW, 10);
    hit("hit", 0);
    assertThat(poll(4)).isEqualTo("hit");
  }

  @Test
  void remove_waitingCall_isGoneOnce() {
    Ticket first = hit("first", 0);
    hit("second", 0);
    assertThat(queue.remove(first)).isTrue();
    assertThat(queue.remove(first)).isFalse();
    assertThat(queue.size()).isEqualTo(1);
    assertThat(List.of(poll(1), poll(2))).containsExactly("second", "none");
  }

  @Test
  void workAhead_newCall_isTheWorkThatRunsBeforeIt() {
    prefill("a", 0);
    prefill("b", 0);
    hit("c", 0);
    add("batch", 0, 100 * MS, Priority.BATCH, NO_HURRY / MS);
    assertThat(queue.workAhead(call(0, HIT, NO_HURRY).ticket())).isEqualTo(HIT);
    assertThat(queue.workAhead(call(0, PREFILL, NO_HURRY).ticket())).isEqualTo(HIT + 2 * PREFILL);
    assertThat(queue.workAhead(call(200 * MS, HIT, NO_HURRY).ticket()))
        .isEqualTo(HIT + 2 * PREFILL);
    assertThat(queue.workAhead(call(1000 * MS, HIT, NO_HURRY).ticket()))
        .isEqualTo(HIT + 2 * PREFILL + 100 * MS);
  }

  /** A prefill that must start within 5 ms runs before prefills that have more time. */
  @Test
  void workAhead_closeDeadline_countsTheWorkUntilTheCallIsMovedForward() {
    prefill("a", 0);
    prefill("b", 0);
    long hurried = PREFILL + 5 * MS;
    assertThat(queue.workAhead(call(0, PREFILL, hurried).ticket())).isEqualTo(5 * MS);
    add("hurried", 0, PREFILL, Priority.LIVE, 24);
    assertThat(queue.workAhead(call(0, PREFILL, hurried).ticket())).isEqualTo(PREFILL);
    long tooLate = PREFILL / 2;
    assertThat(queue.workAhead(call(0, PREFILL, tooLate).ticket())).isEqualTo(3 * PREFILL);
  }

  private static Call call(long at, long expected, long remaining) {
    return new Call(at, expected, expected, Priority.LIVE, remaining);
  }

  /** If no later call comes, a call waits for as long as was expected when it arrived. */
  @Test
  void workAhead_lastCall_isItsWait() {
    for (long seed = 0; seed < 200; seed++) {
      List<Call> calls = calls(seed, 30, 1, NO_HURRY, NO_HURRY);
      CostQueue fresh = new CostQueue(OVERTAKEN_FOR, 1);
      calls.subList(0, 29).forEach(call -> fresh.add(call.ticket()));
      Ticket last = calls.get(29).ticket();
      long expected = fresh.workAhead(last);
      fresh.add(last);
      long before = 0;
      for (Ticket next = poll(fresh, before); next != last; next = poll(fresh, before)) {
        before += next.expectedNanos();
      }
      assertThat(before).as("seed %d", seed).isEqualTo(expected);
    }
  }

  private static Ticket poll(CostQueue queue, long now) {
    return Objects.requireNonNull(queue.poll(now));
  }

  /** Returns random calls of all priorities, whose costs are known exactly. */
  private static List<Call> calls(
      long seed, int count, double meanGapMs, long leastRemaining, long mostRemaining) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Call> calls = new ArrayList<>();
    double at = 0;
    for (int i = 0; i < count; i++) {
      at -= meanGapMs * MS * Math.log1p(-random.nextDouble());
      long runs = random.nextInt(3) == 0 ? PREFILL : HIT;
      Priority priority =
          switch (random.nextInt(8)) {
            case 0 -> Priority.SHADOW;
            case 1 -> Priority.BATCH;
            default -> Priority.LIVE;
          };
      long remaining = random.nextLong(leastRemaining, mostRemaining + 1);
      calls.add(new Call((long) at, runs, runs, priority, remaining));
    }
    return calls;
  }

  /**
   * Calls come faster than they run, with close and distant deadlines. A call may be overtaken only
   * by calls that arrive within a bounded time after it.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void poll_overload_starvesNobody(long seed) {
    List<Call> calls = calls(seed, 3000, 4, 1, 400 * MS);
    List<Call> begun = new ArrayList<>();
    QueueSimulation.play(
        new CostQueue(OVERTAKEN_FOR, 2), 2, calls.iterator(), (call, at) -> begun.add(call));
    assertThat(begun).hasSize(calls.size());
    long overtaken = 0;
    for (int place = 0; place < begun.size(); place++) {
      Call call = begun.get(place);
      long last = begun.subList(0, place).stream().mapToLong(Call::at).max().orElse(0);
      long most =
          switch (call.priority()) {
            case LIVE -> 2;
            case SHADOW -> 3;
            case BATCH -> 5;
          };
      assertThat(last).as("%s", call).isLessThan(call.at() + most * OVERTAKEN_FOR.toNanos());
      overtaken += last > call.at() ? 1 : 0;
    }
    assertThat(overtaken).isGreaterThan(calls.size() / 10);
  }

  /** The order depends only on differences between times. The same calls give the same order. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -3_600_000_000_000_000L, 1L << 60})
  void poll_anyOriginOfTheClock_givesTheSameOrder(long origin) {
    List<Call> calls = calls(7, 2000, 6, 1, 300 * MS);
    List<Call> moved =
        calls.stream()
            .map(
                c -> new Call(c.at() + origin, c.runs(), c.expected(), c.priority(), c.remaining()))
            .toList();
    assertThat(order(moved)).isEqualTo(order(calls));
  }

  /** Returns the indices of the calls in the order in which they begin. */
  private static List<Integer> order(List<Call> calls) {
    Map<Call, Integer> indices = new HashMap<>();
    for (Call call : calls) {
      indices.put(call, indices.size());
    }
    List<Integer> order = new ArrayList<>();
    QueueSimulation.play(
        new CostQueue(OVERTAKEN_FOR, 2),
        2,
        calls.iterator(),
        (call, at) -> order.add(indices.getOrDefault(call, -1)));
    return order;
  }
}
