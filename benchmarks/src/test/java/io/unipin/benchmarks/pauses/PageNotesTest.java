package io.unipin.benchmarks.pauses;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PageNotesTest {
  private static final long MS = 1_000_000;
  private static final long END = 20_000 * MS;

  private final PageNotes notes = new PageNotes();

  /**
   * Adds the note of a page every 100 ms. The pages that are requested at {@code lessAtMs} are
   * incomplete.
   */
  private void pages(long... lessAtMs) {
    for (long at = 0; at < END / MS; at += 100) {
      boolean less = false;
      for (long time : lessAtMs) {
        less |= time == at;
      }
      notes.add(new PageNotes.Note(at * MS, less ? "fewer_candidates" : JudgedPages.WHOLE));
    }
  }

  @Test
  void wholeAgain_allWhole_isAtOnce() {
    pages();
    assertThat(notes.wholeAgain(5000 * MS, END)).isZero();
  }

  @Test
  void wholeAgain_pagesThatLackSomething_isAfterTheLastOfThem() {
    pages(4900, 5000, 6500, 8400, 15_000);
    assertThat(notes.wholeAgain(5000 * MS, END)).isBetween(3.4, 3.41);
  }

  @Test
  void wholeAgain_neverTwoSecondsLong_isInfinite() {
    long[] less = new long[20];
    for (int second = 0; second < less.length; second++) {
      less[second] = 1000L * second;
    }
    pages(less);
    assertThat(notes.wholeAgain(5000 * MS, END)).isInfinite();
  }

  @Test
  void lessThanWhole_countsWhatWasAskedForInTheSpan() {
    pages(4900, 5000, 6500, 8000);
    assertThat(notes.pages(5000 * MS, 8000 * MS)).isEqualTo(30);
    assertThat(notes.lessThanWhole(5000 * MS, 8000 * MS)).isEqualTo(2);
    assertThat(notes.missing(5000 * MS, 8000 * MS)).isEqualTo(Map.of("fewer_candidates", 2L));
  }

  @Test
  void results_severalScenarios_areTheWorstTimeAndTheSumOfPages() {
    PauseScenario scenario = new PauseScenario(Disturbance.PAUSE_15, Duration.ofMillis(150), false);
    Map<String, Object> results =
        PausesCommand.results(
            List.of(
                new PauseScenario.Outcome(scenario, 300, 600, 2, 0.5, 1, Map.of()),
                new PauseScenario.Outcome(scenario, 300, 600, 1, 3.5, 4, Map.of())));
    assertThat(results).containsEntry("whole_again_s", 3.5).containsEntry("degraded_after", 3L);
  }

  @Test
  void few_everyDisturbanceAndDeadline_isThere() {
    assertThat(PauseScenario.all()).hasSize(24).containsAll(PauseScenario.few());
    assertThat(PauseScenario.few())
        .extracting(PauseScenario::disturbance)
        .contains(Disturbance.values());
    assertThat(PauseScenario.few())
        .extracting(PauseScenario::deadline)
        .contains(Duration.ofMillis(100), Duration.ofMillis(150), Duration.ofMillis(200));
    assertThat(PauseScenario.few()).extracting(PauseScenario::known).contains(true, false);
  }
}
