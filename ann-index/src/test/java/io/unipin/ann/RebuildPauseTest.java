package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests when a failed rebuild is tried again, and which callers learn of the failure. */
class RebuildPauseTest {
  private final AtomicLong now = new AtomicLong(-7);

  @Test
  void failed_againAndAgain_holdsTwiceAsLongUpToTenMinutes() {
    RebuildPause backoff = new RebuildPause(now::get);
    assertThat(backoff.holds()).isFalse();
    for (int seconds : new int[] {10, 20, 40, 80, 160, 320, 600, 600}) {
      backoff.failed();
      now.addAndGet(Duration.ofSeconds(seconds).toNanos() - 1);
      assertThat(backoff.holds()).as("before %s s", seconds).isTrue();
      now.incrementAndGet();
      assertThat(backoff.holds()).as("after %s s", seconds).isFalse();
    }
    backoff.failed();
    backoff.succeeded();
    assertThat(backoff.holds()).isFalse();
    backoff.failed();
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(backoff.holds()).as("begins anew").isFalse();
  }

  @Test
  void ledger_ofRebuilds_notesWhatChangesMeanwhile() {
    RebuildLedger ledger = new RebuildLedger(now::get);
    ledger.note(new long[] {1});
    assertThat(ledger.changed()).as("none is under way").isEmpty();
    assertThat(ledger.mayBegin()).isTrue();
    assertThat(ledger.isAwaited()).isFalse();
    CompletableFuture<Long> waits = ledger.await();
    assertThat(ledger.isAwaited()).isTrue();
    List<CompletableFuture<Long>> served = new ArrayList<>();
    ledger.begin(Runnable::run, served::addAll);
    assertThat(served).containsExactly(waits);
    assertThat(ledger.isAwaited()).isFalse();
    assertThat(ledger.isRunning()).isTrue();
    assertThat(ledger.mayBegin()).isFalse();
    ledger.note(new long[] {5, 6, 5});
    assertThat(ledger.changed()).containsExactly(5L, 6L);
    ledger.end(true);
    assertThat(ledger.isRunning()).isFalse();
    assertThat(ledger.changed()).isEmpty();
    assertThat(ledger.mayBegin()).isTrue();
  }

  @Test
  void ledger_afterAFailure_letsNoneBeginByItselfForAWhile() {
    RebuildLedger ledger = new RebuildLedger(now::get);
    ledger.begin(Runnable::run, served -> {});
    ledger.note(new long[] {5});
    ledger.end(false);
    assertThat(ledger.mayBegin()).isFalse();
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(ledger.mayBegin()).isTrue();
    ledger.begin(Runnable::run, served -> {});
    assertThat(ledger.changed()).isEmpty();
    ledger.end(true);
    assertThat(ledger.mayBegin()).isTrue();
  }

  @Test
  void ledger_withoutAThread_failsThoseWhoWait() {
    RebuildLedger ledger = new RebuildLedger(now::get);
    CompletableFuture<Long> waits = ledger.await();
    ledger.begin(
        task -> {
          throw new OutOfMemoryError("no thread");
        },
        served -> {});
    assertThat(waits).isCompletedExceptionally();
    assertThat(ledger.isRunning()).isFalse();
    assertThat(ledger.mayBegin()).isFalse();
  }
}
