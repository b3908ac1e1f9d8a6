package io.unipin.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.admission.AdmissionPolicy.Arrival;
import io.unipin.serving.admission.AdmissionPolicy.Load;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdmissionPolicyTest {
  private static final long MS = 1_000_000;
  private static final int WORKERS = 2;
  private static final Duration LONG = Duration.ofMinutes(1);

  private final AdmissionPolicy policy =
      new AdmissionPolicy(
          new AdmissionConfig(
              12,
              Duration.ofMillis(250),
              Duration.ofMillis(50),
              Duration.ofSeconds(2),
              Order.ARRIVAL,
              Duration.ofMillis(250)),
          WORKERS,
          256,
          0);

  @Test
  void refusal_idleWorker_isNeverRefused() {
    Load idle = new Load(1, 0);
    assertThat(policy.refusal(new Arrival(Priority.BATCH, Duration.ZERO, 10_000 * MS), idle))
        .isEmpty();
  }

  /** Two workers need 240 ms for 480 ms of work. So a call behind this work waits 240 ms. */
  @ParameterizedTest
  @CsvSource({
    "LIVE, 480, 0, true",
    "LIVE, 520, 0, false",
    "SHADOW, 240, 0, true",
    "SHADOW, 260, 0, false",
    "BATCH, 120, 0, true",
    "BATCH, 130, 0, false",
    "LIVE, 480, 2100, false",
    "LIVE, 90, 2100, true",
    "LIVE, 110, 2100, false",
    "BATCH, 30, 2100, false",
  })
  void refusal_expectedWait_isBoundedByPriorityAndLessWhenTheQueueStands(
      Priority priority, long workMs, long standingMs, boolean admitted) {
    Arrival arrival = new Arrival(priority, LONG, standingMs * MS);
    Load load = new Load(WORKERS + 1, workMs * MS);
    assertThat(policy.refusal(arrival, load).isEmpty()).isEqualTo(admitted);
  }

  @Test
  void refusal_queueThatEmptied_countsAsABurstAgain() {
    Load load = new Load(WORKERS + 4, 400 * MS);
    assertThat(policy.refusal(new Arrival(Priority.LIVE, LONG, 5000 * MS), load)).isPresent();
    policy.queueIsEmpty(4900 * MS);
    assertThat(policy.refusal(new Arrival(Priority.LIVE, LONG, 5000 * MS), load)).isEmpty();
  }

  @Test
  void refusal_deadlineBeforeTheWorkerIsFree_saysWhenToTryAgain() {
    Load load = new Load(WORKERS + 4, 200 * MS);
    Arrival hasty = new Arrival(Priority.LIVE, Duration.ofMillis(99), 0);
    Optional<Refusal> refusal = policy.refusal(hasty, load);
    assertThat(refusal.map(Refusal::retryAfter)).contains(Duration.ofMillis(100));
    assertThat(refusal.map(Refusal::reason).orElseThrow()).contains("deadline");
    assertThat(policy.refusal(new Arrival(Priority.LIVE, Duration.ofMillis(101), 0), load))
        .isEmpty();
  }

  /**
   * A pause of the process makes a few calls very slow. After the pause, the limit must recover
   * within a few seconds.
   */
  @Test
  void limit_afterOnePause_comesBackWithinSeconds() {
    long now = 0;
    for (int call = 0; call < 200 * 50; call++) {
      now += 20 * MS;
      policy.ended(now - 20 * MS, now, 2 + policy.limit() / 2);
    }
    int before = policy.limit();
    assertThat(before).isGreaterThan(30);
    now += 15_000 * MS;
    for (int call = 0; call < 20; call++) {
      policy.ended(now - 15_000 * MS, now, 2 + policy.limit() / 2);
    }
    long disturbed = now;
    for (int call = 0; call < 4 * 50; call++) {
      now += 20 * MS;
      policy.ended(now - 20 * MS, now, 2 + policy.limit() / 2);
    }
    assertThat(now - disturbed).isLessThanOrEqualTo(5000 * MS);
    assertThat(policy.limit()).isGreaterThanOrEqualTo(before * 9 / 10);
  }

  /**
   * The queue was never empty during a pause of the process, so it counts as a standing queue. Once
   * the queue has been empty, waiting calls count as a burst again.
   */
  @Test
  void refusal_afterOnePause_isThatOfABurstOnceTheQueueWasEmpty() {
    long resumed = 15_000 * MS;
    Load load = new Load(WORKERS + 4, 400 * MS);
    assertThat(policy.refusal(new Arrival(Priority.LIVE, LONG, resumed), load)).isPresent();
    policy.queueIsEmpty(resumed + 10 * MS);
    assertThat(policy.refusal(new Arrival(Priority.LIVE, LONG, resumed + 20 * MS), load)).isEmpty();
  }

  @Test
  void refusal_latencyThatRises_lowersTheLimitToTheLeastAndNoFurther() {
    long now = 0;
    int inServer = 0;
    for (int second = 0; second < 150; second++) {
      boolean slow = second > 100;
      inServer = slow ? policy.limit() : Math.max(policy.limit() / 2 + 1, inServer);
      for (int call = 0; call < 20; call++) {
        now += 60 * MS;
        policy.ended(now - (slow ? 900 : 20) * MS, now, inServer);
      }
      if (second == 100) {
        assertThat(policy.limit()).isGreaterThan(30);
      }
    }
    assertThat(policy.limit()).isBetween(24, 40);
    Load full = new Load(policy.limit(), 0);
    assertThat(policy.refusal(new Arrival(Priority.LIVE, LONG, now), full)).isPresent();
  }
}
