package io.unipin.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.loadtest.Arrivals;
import io.unipin.cli.loadtest.Distribution;
import io.unipin.cli.loadtest.Event;
import io.unipin.cli.loadtest.Schedule;
import io.unipin.cli.loadtest.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OverloadTest {
  private static final long MS = 1_000_000;

  private static Samples.Sample call(long atMs, long tookMs, String failure) {
    return new Samples.Sample(atMs * MS, tookMs * MS, 50 * MS, failure, false);
  }

  @Test
  void samples_areCountedByTheirEnd() {
    Samples samples =
        new Samples(
            List.of(
                call(0, 10, ""),
                call(100, 20, ""),
                call(200, 56, "deadline_exceeded"),
                call(300, 54, ""),
                call(400, 1, "resource_exhausted")));
    assertThat(samples.answered()).isEqualTo(3);
    assertThat(samples.quantileMs(0.5)).isEqualTo(20);
    assertThat(samples.quantileMs(0.99)).isEqualTo(54);
    assertThat(samples.lateEnds(5 * MS)).isEqualTo(1);
    assertThat(samples.lateEnds(3 * MS)).isEqualTo(2);
    assertThat(samples.lateAnswers(5 * MS)).isZero();
    assertThat(samples.lateAnswers(3 * MS)).isEqualTo(1);
    assertThat(samples.failures())
        .isEqualTo(Map.of("deadline_exceeded", 1L, "resource_exhausted", 1L));
    assertThat(samples.between(100 * MS, 300 * MS).calls()).hasSize(2);
    assertThat(new Samples(List.of()).quantileMs(0.5)).isNaN();
  }

  @Test
  void recovery_beginsWithTheFirstSecondOfNormalService() {
    List<Samples.Sample> calls = new ArrayList<>();
    for (int at = 0; at < 6000; at += 50) {
      boolean refused = at >= 1000 && at < 2300;
      boolean slow = at >= 2300 && at < 3000;
      calls.add(call(at, slow ? 90 : 10, refused ? "resource_exhausted" : ""));
    }
    Samples samples = new Samples(calls);
    // A normal second has twenty calls, of which at most two are slow. The third slow call from the
    // end is at 2.85 s, so the first normal second begins at 2.9 s.
    assertThat(samples.recoverySeconds(2000 * MS, 20)).isEqualTo(0.9);
    assertThat(samples.recoverySeconds(2000 * MS, 5)).isInfinite();
    assertThat(samples.recoverySeconds(0, 20)).isZero();
  }

  @Test
  void serverTimes_areTheBucketThatHoldsTheShareOfWhatCameSince() {
    String before = metrics(5, 5, 5);
    String after = metrics(5 + 90, 5 + 99, 5 + 100);
    assertThat(ServerTimes.quantileMs(before, after, "RESOURCE_EXHAUSTED", 0.9)).isEqualTo(1);
    assertThat(ServerTimes.quantileMs(before, after, "RESOURCE_EXHAUSTED", 0.99)).isEqualTo(5);
    assertThat(ServerTimes.quantileMs(before, after, "RESOURCE_EXHAUSTED", 1)).isInfinite();
    assertThat(ServerTimes.quantileMs(after, after, "RESOURCE_EXHAUSTED", 0.9)).isNaN();
    assertThat(ServerTimes.quantileMs(before, after, "OK", 0.9)).isNaN();
  }

  private static String metrics(int one, int five, int all) {
    String line =
        "unipin_requests_seconds_bucket{rpc=\"RetrieveAndRank\",status=\"RESOURCE_EXHAUSTED\",le=\"%s\"} %d\n";
    return line.formatted("0.001", one)
        + line.formatted("0.005", five)
        + line.formatted("+Inf", all)
        + "unipin_requests_seconds_bucket{rpc=\"Rank\",status=\"RESOURCE_EXHAUSTED\",le=\"0.001\"} 7\n";
  }

  @Test
  void results_haveTheAgreedKeys() {
    List<Map<String, Object>> rounds = new ArrayList<>();
    for (double goodput : new double[] {0.9, 0.7, 0.95}) {
      rounds.add(
          Map.of(
              "goodput_at_300pct", goodput,
              "p99_over_p50_at_80pct", 3.0,
              "refused_at_80pct", 1.0,
              "refusal_p99_ms", 2.0,
              "recovery_s", 0.5));
    }
    assertThat(OverloadCommand.results(rounds, Map.of("late_answers", 2.0, "late_ends", 3.0)))
        .containsEntry("goodput_at_300pct", 0.9)
        .containsEntry("refused_at_80pct", 3.0)
        .containsEntry("late_answers", 2.0)
        .containsOnlyKeys(
            "goodput_at_300pct",
            "p99_over_p50_at_80pct",
            "refused_at_80pct",
            "refusal_p99_ms",
            "recovery_s",
            "late_answers",
            "late_ends",
            "rounds");
  }

  @Test
  void drift_isTheFastestPeakByTheSlowest() {
    assertThat(Overload.drift(Map.of("peaks_pages_per_second", List.of(60.0, 50.0, 55.0))))
        .isEqualTo(1.2);
  }

  @Test
  void schedules_oneAfterTheOther_keepTheirCallsAndRates() {
    Traffic traffic =
        new Traffic(
            8,
            0,
            0,
            Distribution.parse("1"),
            Distribution.parse("0"),
            Distribution.parse("1"),
            Distribution.parse("5"));
    Schedule slow = Schedule.of(traffic, Arrivals.CONSTANT, 10, 2, 1);
    Schedule fast = Schedule.of(traffic, Arrivals.CONSTANT, 100, 3, 1);
    Schedule both = slow.then(fast);
    assertThat(both.lengthNanos()).isEqualTo(5_000 * MS);
    assertThat(both.pages()).isEqualTo(slow.pages() + fast.pages());
    assertThat(both.events().stream().filter(e -> e.atNanos() >= 2000 * MS).count())
        .isEqualTo(fast.pages());
    assertThat(both.events().stream().map(Event::session).distinct()).hasSize((int) both.pages());
  }
}
