package io.unipin.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ServiceTimesTest {
  private static final long MS = 1_000_000;

  private final ServiceTimes times = new ServiceTimes();
  private long now;

  private void calls(String kind, int count, long ms) {
    for (int call = 0; call < count; call++) {
      now += 20 * MS;
      times.took(kind, ms * MS, now);
    }
  }

  @Test
  void expected_kindThatNeverEnded_isNothing() {
    assertThat(times.expected("page", now)).isZero();
  }

  /** The process pauses for 15 s, and two calls take that much longer. */
  @Test
  void expected_afterOnePause_isNearlyAsBefore() {
    calls("page", 50, 20);
    now += 15_000 * MS;
    calls("page", 2, 15_020);
    assertThat(times.expected("page", now)).isLessThan(30 * MS);
    calls("page", 50, 20);
    assertThat(times.expected("page", now)).isLessThan(21 * MS);
  }

  @Test
  void expected_slowDownThatLasts_isLearnedWithinSeconds() {
    calls("page", 50, 20);
    calls("page", 100, 400);
    assertThat(times.expected("page", now)).isGreaterThan(300 * MS);
  }

  @Test
  void expected_anotherKind_isByItself() {
    calls("page", 50, 20);
    calls("record", 50, 1);
    assertThat(times.expected("page", now)).isEqualTo(20 * MS);
  }
}
