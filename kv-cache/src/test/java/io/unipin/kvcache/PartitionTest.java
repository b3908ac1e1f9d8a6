package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.sequence;
import static io.unipin.kvcache.Rows.serve;
import static io.unipin.kvcache.Rows.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the partitions of the cache: which entries compete for room, and which entries stay. */
class PartitionTest {
  private static final KvLayout LAYOUT = new KvLayout(2, 1, 8, 32, KvType.FLOAT32);
  private static final int TOP_BYTES = 4096;

  private final AtomicLong nanos = new AtomicLong();
  private final UserKvCache cache =
      new UserKvCache(
          new KvCacheLimits(64 * TOP_BYTES, Duration.ofMinutes(1), 1 << 16, nanos::get),
          4 * TOP_BYTES,
          true);

  @AfterEach
  void nothingIsLeftInUse() {
    closeClean(cache);
  }

  @Test
  void reserve_shadowModel_neverCostsTheOthersAPlace() {
    cache.reserve("shadow", 16 * TOP_BYTES);
    for (int user = 0; user < 40; user++) {
      run(user, "live");
    }
    for (int user = 0; user < 400; user++) {
      run(user, "shadow");
    }
    long live = residents("live");
    assertThat(live).isEqualTo(40);
    assertThat(residents("shadow")).isBetween(8L, 16L);
  }

  @Test
  void reserve_later_dropsWhatTheModelHadAndShrinksTheOthers() {
    for (int user = 0; user < 50; user++) {
      run(user, "live");
    }
    run(0, "shadow");
    cache.reserve("shadow", 48 * TOP_BYTES);
    assertThat(residents("shadow")).isZero();
    run(60, "live"); // a new user, who competes with the remaining entries
    assertThat(residents("live")).isBetween(1L, 16L);
    run(1, "shadow");
    assertThat(residents("shadow")).isEqualTo(1);
  }

  @Test
  void eraseFingerprint_withAPartOfItsOwn_givesThePartBack() {
    cache.reserve("shadow", 48 * TOP_BYTES);
    run(0, "shadow");
    cache.eraseFingerprint("shadow");
    assertThat(cache.stats().entries()).isZero();
    for (int user = 0; user < 50; user++) {
      run(user, "live");
    }
    assertThat(residents("live")).isEqualTo(50);
  }

  @Test
  void reserve_moreThanTheBudget_isRefused() {
    cache.reserve("one", 40 * TOP_BYTES);
    assertThatThrownBy(() -> cache.reserve("two", 25 * TOP_BYTES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("own parts of at most 262144 bytes together expected");
    cache.reserve("one", 10 * TOP_BYTES); // replaces the part of 40 blocks, so the next part fits
    cache.reserve("two", 25 * TOP_BYTES);
  }

  @Test
  void erase_user_coversAllParts() {
    cache.reserve("shadow", 16 * TOP_BYTES);
    run(7, "live");
    run(7, "shadow");
    assertThat(cache.erase("user7")).isEqualTo(2);
    assertThat(cache.stats().counted(KvDeparture.ERASED)).isEqualTo(2);
  }

  @Test
  void reasons_ofEveryKind_areCounted() {
    serve(KvReason.ABSENT, tokens(1, 2, 3));
    serve(KvReason.UNCHANGED, tokens(1, 2, 3));
    serve(KvReason.GROWN, tokens(1, 2, 3, 4));
    serve(KvReason.CORRECTED, tokens(1, 2, 9));
    serve(KvReason.MOVED, tokens(5, 6));
    try (KvLease writer = acquire(tokens(5, 6, 7))) {
      assertThat(writer.reason()).isEqualTo(KvReason.GROWN);
      serve(KvReason.BUSY, tokens(5, 6, 8));
    }
    for (KvReason reason : KvReason.values()) {
      boolean never = reason == KvReason.NO_ROOM || reason.outcome() == KvOutcome.RELOAD;
      long expected = never ? 0 : reason == KvReason.GROWN ? 2 : 1;
      assertThat(cache.stats().counted(reason)).as(reason.name()).isEqualTo(expected);
    }
    assertThat(cache.stats().appends()).isEqualTo(3);
    assertThat(cache.stats().prefills()).isEqualTo(2);
  }

  @Test
  void timeToLive_over_dropsTheEntryAndCountsItsAge() {
    serve(KvReason.ABSENT, tokens(1, 2, 3));
    nanos.addAndGet(Duration.ofSeconds(61).toNanos());
    serve(KvReason.ABSENT, tokens(1, 2, 3));
    assertThat(cache.stats().counted(KvDeparture.AGE)).isEqualTo(1);
  }

  /**
   * A call of the model has a fixed cost. So among equally frequent users, a short history saves
   * more per byte than a long history.
   */
  @Test
  void policy_longAndShortHistories_keepsTheShortOnesLonger() {
    int longKept = 0;
    int shortKept = 0;
    for (int user = 0; user < 300; user++) {
      run(user, "live", user % 2 == 0 ? 32 : 2);
      longKept += holds(user - 160) && user % 2 == 0 ? 1 : 0;
      shortKept += holds(user - 160 - 1) && user % 2 == 0 ? 1 : 0;
    }
    assertThat(shortKept).isGreaterThan(longKept);
    assertThat(longKept).isLessThan(10);
  }

  private boolean holds(int user) {
    return cache.holds(new KvKey("user" + user, "live"));
  }

  private long residents(String fingerprint) {
    long count = 0;
    for (int user = 0; user < 400; user++) {
      count += cache.holds(new KvKey("user" + user, fingerprint)) ? 1 : 0;
    }
    return count;
  }

  private void run(int user, String fingerprint) {
    run(user, fingerprint, 32);
  }

  private void run(int user, String fingerprint, int rows) {
    int[] tokens = sequence(rows, 1);
    KvKey key = new KvKey("user" + user, fingerprint);
    try (KvLease lease = cache.acquire(key, LAYOUT, hashes(tokens), Duration.ZERO)) {
      Rows.serve(lease, LAYOUT, tokens);
    }
  }

  private void serve(KvReason reason, int... tokens) {
    try (KvLease lease = acquire(tokens)) {
      assertThat(lease.reason()).isEqualTo(reason);
      assertThat(lease.outcome()).isEqualTo(reason.outcome());
      Rows.serve(lease, LAYOUT, tokens);
    }
  }

  private KvLease acquire(int... tokens) {
    return cache.acquire(new KvKey("user", "model"), LAYOUT, hashes(tokens), Duration.ZERO);
  }
}
