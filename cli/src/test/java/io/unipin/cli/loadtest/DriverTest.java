package io.unipin.cli.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DriverTest {
  private static final long MILLI = 1_000_000;
  private static final Vocabulary VOCABULARY = new Vocabulary(List.of(7L), List.of("click"));

  private static StepResult play(FakeServer server, List<Event> events, long warmUp, int inFlight) {
    Schedule schedule = new Schedule(events, 1, 1000 * MILLI);
    Driver driver =
        new Driver(
            server, VOCABULARY, server, () -> 5, new Driver.Limits(inFlight, 10_000 * MILLI));
    return driver.play(new Driver.Step(schedule, new Names("run", 0), 100, warmUp, 1), share -> {});
  }

  private static List<Event> pagesEvery(long nanos, int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(new Event(i * nanos, i, i, 0, 0));
    }
    return events;
  }

  @Test
  void play_slowServer_countsFromTheIntendedStart() {
    // A page is due every 10 ms, and the server needs 15 ms for each. So page i waits 5 · i ms
    // before the server begins it.
    StepResult result = play(new FakeServer(15 * MILLI), pagesEvery(10 * MILLI, 100), 0, 1000);
    assertThat(result.pages()).isEqualTo(100);
    assertThat(result.failures()).containsExactly(Map.entry("internal", 10L));
    assertThat(result.outcomes()).containsExactly(Map.entry("hit", 90L));
    assertThat(result.latency().p50()).isCloseTo(15 + 5 * 49.5, within(8.0));
    assertThat(result.latency().max()).isCloseTo(15 + 5 * 98, within(1.0));
    assertThat(result.scheduledQps()).isCloseTo(100, within(1e-9));
    assertThat(result.achievedQps()).isCloseTo(90 / 1.485, within(0.1));
    assertThat(result.stagesMs().get("score")).isCloseTo(2.0, within(1e-9));
    assertThat(result.keeps(10_000)).isFalse();
    assertThat(result.timeline()).containsExactly(Map.of("hit", 90L, "failed", 10L));
  }

  @Test
  void play_fastServer_waitsForNobody() {
    StepResult result = play(new FakeServer(2 * MILLI), pagesEvery(100 * MILLI, 9), 0, 1000);
    assertThat(result.latency().p99()).isCloseTo(2, within(0.01));
    assertThat(result.lateMs()).isZero();
    assertThat(result.keeps(3)).isTrue();
    assertThat(result.keeps(1)).isFalse();
  }

  @Test
  void play_warmUp_isNotCounted() {
    StepResult result = play(new FakeServer(MILLI), pagesEvery(100 * MILLI, 9), 500 * MILLI, 1000);
    assertThat(result.pages()).isEqualTo(4);
    assertThat(result.scheduledQps()).isCloseTo(8, within(1e-9));
    assertThat(result.timeline()).containsExactly(Map.of("hit", 9L));
  }

  @Test
  void play_tooManyCallsInFlight_failWithoutBeingSent() {
    FakeServer server = new FakeServer(500 * MILLI);
    StepResult result = play(server, pagesEvery(10 * MILLI, 10), 0, 4);
    assertThat(server.cursors).hasSize(4);
    assertThat(result.failures()).containsEntry("not_sent", 6L);
  }

  @Test
  void play_stopped_sendsNoMoreAndWaitsForWhatRuns() {
    FakeServer server = new FakeServer(150 * MILLI);
    Schedule schedule = new Schedule(pagesEvery(400 * MILLI, 3), 3, 1200 * MILLI);
    long begin = server.nanos();
    Driver driver =
        new Driver(
            server,
            VOCABULARY,
            server,
            () -> 5,
            new Driver.Limits(1000, 10_000 * MILLI),
            () -> server.nanos() - begin >= 450 * MILLI);
    StepResult result =
        driver.play(new Driver.Step(schedule, new Names("run", 0), 100, 0, 1), share -> {});
    assertThat(server.cursors).hasSize(2);
    assertThat(result.outcomes()).containsExactly(Map.entry("hit", 2L));
    assertThat(server.nanos() - begin).isBetween(550 * MILLI, 600 * MILLI);
  }

  @Test
  void play_session_followsCursorsAndActsOnWhatItSaw() {
    FakeServer server = new FakeServer(20 * MILLI);
    List<Event> events =
        List.of(
            new Event(0, 0, 3, 0, 0),
            new Event(10 * MILLI, 0, 3, 0, 1),
            new Event(15 * MILLI, 0, 3, 1, 0),
            new Event(100 * MILLI, 0, 3, 1, 2),
            new Event(110 * MILLI, 0, 3, 2, 0));
    StepResult result = play(server, events, 0, 100);
    // The second page is due before the first page has arrived. So the second page begins the feed
    // again, without a cursor.
    assertThat(server.cursors).containsExactly("", "", "after-1");
    assertThat(server.acts).extracting(Target.Act::user).containsOnly("run-u3");
    assertThat(server.acts).extracting(Target.Act::eventId).doesNotHaveDuplicates();
    assertThat(server.acts.get(0).item()).isEqualTo(7);
    assertThat(server.acts.subList(1, 3)).extracting(Target.Act::item).isSubsetOf(1L, 2L);
    assertThat(result.recorded()).isEqualTo(3);
  }

  @Test
  void session_failedPage_keepsWhatItShows() {
    Session session = new Session("u", "e", 1);
    session.onPage(new Reply("", "next", List.of(9L), "hit", Map.of(), false));
    session.onPage(Reply.failed("internal"));
    assertThat(session.act(1, VOCABULARY, 0).get(0).item()).isEqualTo(9);
    assertThat(session.takeCursor()).isEqualTo("next");
    assertThat(session.takeCursor()).isEmpty();
  }

  @Test
  void search_findsTheHighestRateKept() {
    SaturationSearch search = new SaturationSearch(5, 2, 6);
    List<Double> tried = new ArrayList<>();
    while (search.next().isPresent()) {
      double rate = search.next().getAsDouble();
      tried.add(rate);
      search.tried(rate, rate <= 50);
    }
    assertThat(tried).startsWith(5.0, 10.0, 20.0, 40.0, 80.0).hasSize(11);
    assertThat(search.highest().orElseThrow()).isBetween(48.0, 50.0);
  }

  @Test
  void search_everyRateTooHigh_ends() {
    SaturationSearch search = new SaturationSearch(64, 2, 3);
    int steps = 0;
    for (; search.next().isPresent(); steps++) {
      search.tried(search.next().getAsDouble(), false);
    }
    assertThat(steps).isEqualTo(6);
    assertThat(search.highest()).isEmpty();
  }
}
