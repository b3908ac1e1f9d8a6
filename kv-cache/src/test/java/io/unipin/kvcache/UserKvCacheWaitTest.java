package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.serve;
import static io.unipin.kvcache.Rows.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UserKvCacheWaitTest {
  private static final KvLayout LAYOUT = new KvLayout(2, 2, 4, 40, KvType.FLOAT32);
  private static final KvKey KEY = new KvKey("user", "model");

  private final UserKvCache cache =
      new UserKvCache(new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 18), 1 << 16, true);

  @AfterEach
  void nothingIsLeftInUse() {
    closeClean(cache);
  }

  @Test
  void acquire_sameTokensWhileWritten_hitsAfterTheCommit() {
    KvLease writer = acquire(Duration.ZERO, tokens(1, 2));
    CompletableFuture<KvOutcome> waiter = waiting(tokens(1, 2));
    // The lease stays open. Other requests can read its committed rows.
    serve(writer, LAYOUT, tokens(1, 2));
    assertThat(waiter.join()).isEqualTo(KvOutcome.HIT);
    writer.close();
  }

  @Test
  void acquire_moreTokensWhileWritten_appendsAfterTheCommit() {
    KvLease writer = acquire(Duration.ZERO, tokens(1, 2));
    CompletableFuture<KvOutcome> waiter = waiting(tokens(1, 2, 3));
    serve(writer, LAYOUT, tokens(1, 2));
    assertThat(waiter.join()).isEqualTo(KvOutcome.APPEND);
    writer.close();
  }

  @Test
  void acquire_writerGivesUp_takesOver() {
    KvLease writer = acquire(Duration.ZERO, tokens(1, 2));
    CompletableFuture<KvOutcome> waiter = waiting(tokens(1, 2));
    writer.close();
    assertThat(waiter.join()).isEqualTo(KvOutcome.PREFILL);
  }

  @Test
  void acquire_waitOver_goesUncached() {
    try (KvLease writer = acquire(Duration.ZERO, tokens(1, 2));
        KvLease waiter = acquire(Duration.ofMillis(2), tokens(1, 2))) {
      assertThat(waiter.outcome()).isEqualTo(KvOutcome.UNCACHED);
      serve(waiter, LAYOUT, tokens(1, 2));
      assertThat(writer.outcome()).isEqualTo(KvOutcome.PREFILL);
    }
  }

  @Test
  void acquire_interrupted_throwsAndKeepsTheFlag() {
    try (KvLease writer = acquire(Duration.ZERO, tokens(1, 2))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> acquire(Duration.ofSeconds(50), tokens(1, 2)))
          .isInstanceOf(KvCacheException.class)
          .hasMessageStartingWith("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(writer.outcome()).isEqualTo(KvOutcome.PREFILL);
    }
  }

  @Test
  void acquire_otherKeyWhileWritten_doesNotWait() {
    try (KvLease writer = acquire(Duration.ZERO, tokens(1, 2));
        KvLease other =
            cache.acquire(
                new KvKey("other", "model"), LAYOUT, hashes(tokens(1)), Duration.ofDays(9999999))) {
      assertThat(other.outcome()).isEqualTo(writer.outcome()).isEqualTo(KvOutcome.PREFILL);
    }
  }

  private KvLease acquire(Duration maxWait, int... tokens) {
    return cache.acquire(KEY, LAYOUT, hashes(tokens), maxWait);
  }

  /**
   * Starts a request and returns once it waits for the writer. Later the request gets a lease,
   * writes its rows and closes the lease.
   */
  private CompletableFuture<KvOutcome> waiting(int... tokens) {
    CompletableFuture<KvOutcome> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              KvOutcome found;
              try (KvLease lease = acquire(Duration.ofSeconds(50), tokens)) {
                serve(lease, LAYOUT, tokens);
                found = lease.outcome();
              } catch (RuntimeException | AssertionError e) {
                outcome.completeExceptionally(e);
                return;
              }
              outcome.complete(found);
            });
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING && !outcome.isDone()) {
      Thread.onSpinWait();
    }
    return outcome;
  }
}
