package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.serve;
import static io.unipin.kvcache.Rows.state;
import static io.unipin.kvcache.Rows.verify;
import static io.unipin.kvcache.Rows.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Stress tests with conflicting threads. Freed blocks are filled with NaN. So the checks detect a
 * row that is read after its block was freed.
 */
@Timeout(120)
@Tag("long")
class UserKvCacheStressTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 2, 4, 20, KvType.FLOAT32);
  private static final int THREADS = 4;
  private static final int REQUESTS = 4_000;

  /** The budgets have room for all users, for about half of the users, and for hardly one user. */
  @ParameterizedTest
  @CsvSource({"32768, 2048", "8192, 2048", "2048, 512"})
  void requests_ofManyThreads_alwaysSeeTheirOwnRows(long budgetBytes, long slabBytes) {
    UserKvCache cache =
        new UserKvCache(
            new KvCacheLimits(budgetBytes, Duration.ofHours(1), 1 << 16), slabBytes, true);
    AtomicReferenceArray<int[]> histories = new AtomicReferenceArray<>(4);
    for (int user = 0; user < 4; user++) {
      histories.set(user, Rows.sequence(10, user));
    }
    run(
        thread -> {
          Random random = new Random(thread);
          for (int i = 0; i < REQUESTS; i++) {
            int user = random.nextInt(4);
            int[] tokens = next(histories.get(user), random);
            if (random.nextInt(4) == 0) {
              // If several threads store a history, the last one wins. The test accepts each of
              // these histories.
              histories.set(user, tokens);
            }
            request(cache, "user" + user, random, tokens);
            if (random.nextInt(200) == 0) {
              cache.erase("user" + random.nextInt(4));
            } else if (random.nextInt(1_000) == 0) {
              cache.eraseFingerprint("model");
            }
          }
        });
    assertThat(cache.stats().usedBytes()).isLessThanOrEqualTo(budgetBytes);
    KvCacheStats stats = cache.stats();
    assertThat(stats.hits() + stats.appends() + stats.prefills() + stats.uncached())
        .isEqualTo((long) THREADS * REQUESTS);
    closeClean(cache);
  }

  /**
   * Writes that began before an erasure go on during it. No write begins between the erasure and
   * the look-up that follows it in the same thread.
   */
  @Test
  void erase_amongWriters_nothingFromBeforeIsFoundAfter() {
    UserKvCache cache =
        new UserKvCache(new KvCacheLimits(1 << 16, Duration.ofHours(1), 1 << 16), 1 << 12, true);
    ReentrantReadWriteLock beginning = new ReentrantReadWriteLock();
    run(
        thread -> {
          Random random = new Random(thread);
          for (int i = 0; i < REQUESTS; i++) {
            String user = "user" + random.nextInt(2);
            int[] tokens = Rows.tokens(5, random.nextInt(2), 6);
            if (thread > 0) {
              try (KvLease lease = begin(cache, beginning, user, tokens)) {
                serve(lease, LAYOUT, tokens);
              }
            } else {
              eraseAndLook(cache, beginning, user, tokens);
            }
          }
        });
    closeClean(cache);
  }

  private static KvLease begin(
      UserKvCache cache, ReentrantReadWriteLock beginning, String user, int... tokens) {
    beginning.readLock().lock();
    try {
      return acquire(cache, user, tokens);
    } finally {
      beginning.readLock().unlock();
    }
  }

  private static void eraseAndLook(
      UserKvCache cache, ReentrantReadWriteLock beginning, String user, int... tokens) {
    beginning.writeLock().lock();
    try {
      cache.erase(user);
      try (KvLease lease = acquire(cache, user, tokens)) {
        assertThat(lease.reusedRows()).isZero();
      }
    } finally {
      beginning.writeLock().unlock();
    }
  }

  private static void request(UserKvCache cache, String user, Random random, int... tokens) {
    try (KvLease lease = acquire(cache, user, tokens)) {
      if (random.nextInt(8) == 0) {
        verify(lease, LAYOUT, lease.reusedRows(), tokens);
        if (lease.outcome() != KvOutcome.HIT) {
          write(lease, LAYOUT, tokens); // not committed, as in a cancelled request
        }
        return;
      }
      serve(lease, LAYOUT, tokens);
      if (random.nextInt(8) == 0) {
        branch(cache, lease, tokens);
      }
      verify(lease, LAYOUT, tokens.length, tokens);
      assertThat(lease.state()).isEqualTo(state(tokens));
    }
  }

  private static void branch(UserKvCache cache, KvLease base, int... tokens) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    try (KvLease tail = cache.branch(base, hashes(longer))) {
      serve(tail, LAYOUT, longer);
    }
  }

  private static KvLease acquire(UserKvCache cache, String user, int... tokens) {
    return cache.acquire(new KvKey(user, "model"), LAYOUT, hashes(tokens), Duration.ofMillis(1));
  }

  /**
   * Returns the history with one more action, without its last actions, or with another action
   * somewhere.
   */
  private static int[] next(int[] history, Random random) {
    int choice = random.nextInt(4);
    if (choice == 0) {
      return history;
    }
    int size = choice == 1 ? 2 + random.nextInt(history.length - 1) : history.length + 1;
    int[] next = Arrays.copyOf(history, Math.min(size, LAYOUT.maxRows() - 1));
    next[next.length - 1] = random.nextInt(3);
    return next;
  }

  private static void run(IntConsumer body) {
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      threads.add(
          CompletableFuture.runAsync(() -> body.accept(thread), task -> new Thread(task).start()));
    }
    threads.forEach(CompletableFuture::join);
  }
}
