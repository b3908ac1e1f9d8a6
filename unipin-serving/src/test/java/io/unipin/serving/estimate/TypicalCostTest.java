package io.unipin.serving.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the estimate on a clock that the test sets. Costs are in milliseconds. */
final class TypicalCostTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;

  private long now;
  private final TypicalCost cost = new TypicalCost(0);

  private void runs(int count, double ms, long everyMs) {
    for (int run = 0; run < count; run++) {
      now += everyMs * MS;
      cost.add(ms, now);
    }
  }

  /**
   * Asks for a run that costs {@code takes}. Makes the run if the expected cost is within the
   * bound, or if the run is a trial. Returns whether it made the run.
   */
  private boolean asks(double bound, double takes) {
    boolean fits =
        cost.typical(now) <= bound || cost.tries(cost.isKnown() && cost.least() <= bound, now);
    if (fits) {
      cost.add(takes, now);
    }
    return fits;
  }

  @Test
  void typical_nothingKnown_isNone() {
    assertThat(cost.isKnown()).isFalse();
    assertThat(cost.typical(now)).isZero();
    assertThat(cost.least()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void typical_fewRunsOfAHundredTimesTheCost_doNotMoveIt(int outliers) {
    runs(20, 10, 50);
    runs(outliers, 1000, 1);
    assertThat(cost.typical(now)).isEqualTo(10);
  }

  @Test
  void typical_lastingRiseOfTheCost_isLearnedAfterFiveRuns() {
    runs(20, 10, 50);
    runs(5, 1000, 50);
    assertThat(cost.typical(now)).isEqualTo(1000);
  }

  @Test
  void typical_lastingFallOfTheCost_isLearnedAfterFiveRuns() {
    runs(20, 1000, 50);
    runs(5, 10, 50);
    assertThat(cost.typical(now)).isEqualTo(10);
  }

  @Test
  void typical_noRunForSeconds_fallsToTheLeastOfLate() {
    runs(20, 10, 50);
    runs(9, 1000, 50);
    now += SECOND;
    assertThat(cost.typical(now)).isEqualTo(1000);
    now += SECOND;
    assertThat(cost.typical(now)).isCloseTo(250, within(1e-6));
    now += 3 * SECOND;
    assertThat(cost.typical(now)).isEqualTo(10);
    now += 1000 * SECOND;
    assertThat(cost.typical(now)).isEqualTo(10);
  }

  /** A disturbance makes all remembered costs a hundred times too high. */
  @Test
  void tries_allThatIsKnownIsDisturbed_isRightAgainWithinSeconds() {
    runs(20, 10, 50);
    runs(9, 1000, 1);
    long disturbed = now;
    while (!(cost.typical(now) <= 20 && asks(20, 10) && cost.typical(now) == 10)) {
      now += 10 * MS;
      asks(20, 10);
    }
    assertThat(now - disturbed).isLessThanOrEqualTo(3 * SECOND);
  }

  /** The only known run was disturbed, so no run shows that a lower cost is possible. */
  @Test
  void tries_firstRunWasDisturbed_isRightAgainWithinSeconds() {
    runs(1, 1000, 50);
    long disturbed = now;
    while (!(asks(20, 10) && cost.typical(now) == 10)) {
      now += 10 * MS;
    }
    assertThat(now - disturbed).isLessThanOrEqualTo(3 * SECOND);
  }

  @Test
  void tries_lastingRiseOfTheCost_loseOneRunASecondAndThenOneOf64() {
    runs(20, 10, 50);
    runs(9, 1000, 50);
    assertThat(lost(10, 10)).isBetween(5, 12);
    for (int second = 0; second < 180; second++) {
      lost(1, 10);
    }
    assertThat(lost(100, 10)).isLessThanOrEqualTo(100 * 10 / 64 + 1);
  }

  /** Returns the number of trials that took too long. */
  private int lost(int seconds, int askingPerSecond) {
    int lost = 0;
    for (int call = 0; call < seconds * askingPerSecond; call++) {
      now += SECOND / askingPerSecond;
      lost += asks(20, 1000) ? 1 : 0;
    }
    return lost;
  }

  @Test
  void tries_freshRuns_areBelieved() {
    runs(20, 1000, 50);
    now += 900 * MS;
    for (int call = 0; call < 1000; call++) {
      assertThat(cost.tries(true, now)).isFalse();
    }
  }
}
