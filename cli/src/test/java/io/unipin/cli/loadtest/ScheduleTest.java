package io.unipin.cli.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScheduleTest {
  static Traffic traffic(String pages, double newUsers) {
    return new Traffic(
        50,
        1,
        newUsers,
        Distribution.parse(pages),
        Distribution.parse("2"),
        Distribution.parse("exponential:0.5"),
        Distribution.parse("lognormal:20:1"));
  }

  @ParameterizedTest
  @EnumSource(Arrivals.class)
  void of_offersTheRate(Arrivals arrivals) {
    Schedule schedule = Schedule.of(traffic("geometric:5", 0.1), arrivals, 100, 200, 3);
    assertThat(schedule.pages() / 200.0).isCloseTo(100, within(5.0));
    long early = schedule.events().stream().filter(e -> e.isPage() && e.atNanos() < 20e9).count();
    assertThat(early / 20.0).isCloseTo(100, within(15.0));
  }

  @Test
  void of_equalSeeds_isEqual() {
    Traffic traffic = traffic("geometric:3", 0.3);
    Schedule schedule = Schedule.of(traffic, Arrivals.POISSON, 20, 10, 7);
    assertThat(Schedule.of(traffic, Arrivals.POISSON, 20, 10, 7)).isEqualTo(schedule);
    assertThat(Schedule.of(traffic, Arrivals.POISSON, 20, 10, 8)).isNotEqualTo(schedule);
  }

  @Test
  void of_sessions_actBetweenPages() {
    Schedule schedule = Schedule.of(traffic("4", 0), Arrivals.CONSTANT, 20, 60, 1);
    assertThat(schedule.events()).isSortedAccordingTo(Comparator.comparingLong(Event::atNanos));
    Map<Integer, List<Event>> sessions =
        schedule.events().stream().collect(Collectors.groupingBy(Event::session));
    int whole = 0;
    for (List<Event> events : sessions.values()) {
      assertThat(events.stream().map(Event::user).distinct()).hasSize(1);
      if (events.size() == 7) {
        whole++;
        assertThat(events.stream().map(Event::actions)).containsExactly(0, 2, 0, 2, 0, 2, 0);
        assertThat(events.stream().map(Event::page)).containsExactly(0, 0, 1, 1, 2, 2, 3);
      }
    }
    assertThat(whole).isGreaterThan(200);
  }

  @Test
  void of_newUsers_comeOnce() {
    Schedule schedule = Schedule.of(traffic("1", 1), Arrivals.CONSTANT, 20, 10, 1);
    assertThat(schedule.events().stream().map(Event::user))
        .allMatch(u -> u < 0)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "uniform:2:8",
        "geometric:5",
        "exponential:5",
        "lognormal:5:0.5",
        "geometric:1"
      })
  void distribution_samples_haveItsMean(String text) {
    Distribution distribution = Distribution.parse(text);
    SplittableRandom random = new SplittableRandom(1);
    double sum = 0;
    for (int i = 0; i < 20_000; i++) {
      sum += distribution.sample(random);
    }
    assertThat(sum / 20_000)
        .isCloseTo(distribution.mean(), within(0.03 * distribution.mean() + 1e-9));
    assertThat(Distribution.parse(distribution.toString())).isEqualTo(distribution);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "uniform:3", "uniform:4:2", "geometric:0.5", "normal:1", "NaN"})
  void distribution_wrongText_isNamed(String text) {
    assertThatThrownBy(() -> Distribution.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("got " + text);
  }

  @Test
  void zipf_firstRank_isDrawnMost() {
    Zipf zipf = new Zipf(10, 1);
    SplittableRandom random = new SplittableRandom(1);
    int[] counts = new int[10];
    for (int i = 0; i < 29_290; i++) {
      counts[zipf.sample(random)]++;
    }
    for (int rank = 0; rank < 10; rank++) {
      assertThat(counts[rank]).isCloseTo(10_000 / (rank + 1), within(400));
    }
  }
}
