package io.unipin.serving.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class MeanCostTest {
  private static final long MS = 1_000_000;

  private long now;
  private final MeanCost cost = new MeanCost();

  private void runs(int count, double ms, long everyMs) {
    for (int run = 0; run < count; run++) {
      now += everyMs * MS;
      cost.add(ms, now);
    }
  }

  @Test
  void expected_nothingKnown_isNone() {
    assertThat(cost.expected(now)).isZero();
  }

  @Test
  void expected_oneRunOfAHundredTimesTheCost_addsAFewPercent() {
    runs(20, 10, 50);
    runs(1, 1000, 50);
    assertThat(cost.expected(now)).isLessThan(12);
    runs(40, 10, 50);
    assertThat(cost.expected(now)).isCloseTo(10, within(0.5));
  }

  @Test
  void expected_onlyRunWasDisturbed_isRightAfterTheNextOne() {
    runs(1, 1000, 50);
    runs(1, 10, 1100);
    assertThat(cost.expected(now)).isEqualTo(10);
  }

  @Test
  void expected_lastingRiseOfTheCost_isLearnedWithinSeconds() {
    runs(20, 10, 50);
    runs(60, 1000, 50);
    assertThat(cost.expected(now)).isGreaterThan(700);
  }

  @Test
  void expected_runsOfTwoKinds_isTheirAverage() {
    double sum = 0;
    for (int run = 0; run < 2000; run++) {
      runs(7, 5, 1);
      runs(3, 60, 1);
      sum += cost.expected(now);
    }
    assertThat(sum / 2000).isCloseTo((7 * 5 + 3 * 60) / 10.0, within(4.0));
  }

  @Test
  void expected_noRunForSeconds_isAnEighthOfItAndMore() {
    runs(20, 800, 50);
    now += 60_000 * MS;
    assertThat(cost.expected(now)).isEqualTo(100);
    runs(1, 1600, 0);
    assertThat(cost.expected(now)).isCloseTo(840, within(1e-6));
  }
}
