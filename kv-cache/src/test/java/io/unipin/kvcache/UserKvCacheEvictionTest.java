package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.sequence;
import static io.unipin.kvcache.Rows.serve;
import static io.unipin.kvcache.Rows.tokens;
import static io.unipin.kvcache.Rows.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserKvCacheEvictionTest {
  /** A layout with units of 2 rows and 256 bytes, so its size classes are 256 bytes to 4 KiB. */
  private static final KvLayout LAYOUT = new KvLayout(2, 1, 8, 32, KvType.FLOAT32);

  /** A layout with units of 1 row and 192 bytes. */
  private static final KvLayout OTHER = new KvLayout(3, 1, 8, 16, KvType.FLOAT32);

  private static final int TOP_BYTES = 4096;

  @Test
  void acquire_moreUsersThanRoom_evictsAndStaysWithinTheBudget() {
    UserKvCache cache = cache(8 * TOP_BYTES, TOP_BYTES, 0);
    for (int user = 0; user < 100; user++) {
      run(cache, "user" + user, KvOutcome.PREFILL, sequence(1 + user % 32, 1));
      assertThat(cache.stats().usedBytes()).isLessThanOrEqualTo(8 * TOP_BYTES);
    }
    assertThat(cache.stats().evictions()).isPositive();
    assertThat(cache.stats().evictions() + cache.stats().entries()).isEqualTo(100);
    assertThat(cache.stats().uncached()).isZero();
    closeClean(cache);
  }

  @Test
  void acquire_returningUserAmongManyOthers_isKept() {
    UserKvCache cache = cache(16 * TOP_BYTES, 4 * TOP_BYTES, 0);
    run(cache, "regular", KvOutcome.PREFILL, sequence(32, 1));
    for (int user = 0; user < 200; user++) {
      run(cache, "regular", KvOutcome.HIT, sequence(32, 1));
      run(cache, "passer" + user, KvOutcome.PREFILL, sequence(32, 1));
    }
    closeClean(cache);
  }

  /** Plays 40 waves of eight simultaneous visits. In each visit, a new user asks for five pages. */
  @Test
  void acquire_sessionsOfNewUsersThatFitTheWindow_hitUntilTheyEnd() {
    UserKvCache cache = cache(32 * TOP_BYTES, 4 * TOP_BYTES, 0);
    for (int wave = 0; wave < 40; wave++) {
      for (int page = 0; page < 5; page++) {
        for (int visit = 0; visit < 8; visit++) {
          KvOutcome expected = page == 0 ? KvOutcome.PREFILL : KvOutcome.HIT;
          run(cache, "user" + (8 * wave + visit), expected, sequence(32, 1));
        }
      }
    }
    closeClean(cache);
  }

  /**
   * Every user asks for five pages, and the history grows by two actions before each later page.
   * One of these actions is encoded ahead of the page request, and the page request encodes the
   * other action.
   */
  @Test
  void acquire_growingSessionsOfNewUsers_areWorthNoMoreThanThoseThatBegin() {
    UserKvCache cache = cache(16 * TOP_BYTES, 4 * TOP_BYTES, 0);
    for (int user = 0; user < 400; user++) {
      // Six newer users make requests before this user returns.
      run(cache, "user" + user, KvOutcome.PREFILL, sequence(20, 1));
      if (user >= 6) {
        String returning = "user" + (user - 6);
        for (int page = 1; page < 5; page++) {
          refresh(cache, returning, sequence(20 + 2 * page - 1, 1));
          run(cache, returning, KvOutcome.APPEND, sequence(20 + 2 * page, 1));
        }
      }
    }
    closeClean(cache);
  }

  @Test
  void lease_entryEvicted_keepsItsRowsAndFreesThemAfterwards() {
    UserKvCache cache = cache(4 * TOP_BYTES, TOP_BYTES, TOP_BYTES);
    run(cache, "reader", KvOutcome.PREFILL, sequence(32, 1));
    try (KvLease reader = acquire(cache, "reader", sequence(32, 1))) {
      for (int user = 0; user < 50; user++) {
        run(cache, "user" + user, KvOutcome.PREFILL, sequence(32, user));
      }
      verify(reader, LAYOUT, 32, sequence(32, 1));
    }
    closeClean(cache);
  }

  @Test
  void acquire_allOfTheBudgetLeased_goesUncachedAndLaterCached() {
    UserKvCache cache = cache(2 * TOP_BYTES, TOP_BYTES, TOP_BYTES);
    try (KvLease one = acquire(cache, "one", sequence(32, 1));
        KvLease two = acquire(cache, "two", sequence(32, 1))) {
      run(cache, "three", KvOutcome.UNCACHED, sequence(32, 1));
      serve(one, LAYOUT, sequence(32, 1));
      serve(two, LAYOUT, sequence(32, 1));
    }
    run(cache, "three", KvOutcome.PREFILL, sequence(32, 1));
    assertThat(cache.stats().uncached()).isEqualTo(1);
    closeClean(cache);
  }

  @Test
  void acquire_noBudget_isAlwaysUncached() {
    UserKvCache cache = cache(0, TOP_BYTES, TOP_BYTES);
    for (int i = 0; i < 3; i++) {
      run(cache, "user", KvOutcome.UNCACHED, tokens(1, 2, 3));
    }
    closeClean(cache);
  }

  @Test
  void acquire_transientBytesUsedUp_isOverloaded() {
    UserKvCache cache = cache(0, TOP_BYTES, 2 * TOP_BYTES);
    try (KvLease one = acquire(cache, "one", sequence(32, 1));
        KvLease two = acquire(cache, "two", sequence(32, 1))) {
      assertThat(one.outcome()).isEqualTo(two.outcome()).isEqualTo(KvOutcome.UNCACHED);
      assertThatThrownBy(() -> acquire(cache, "three", sequence(32, 1)))
          .isInstanceOf(KvCacheException.class)
          .hasMessage(
              "overloaded: room for a transient block of 4096 bytes expected, "
                  + "got 8192 of 8192 bytes in use");
    }
    run(cache, "three", KvOutcome.UNCACHED, sequence(32, 1));
    closeClean(cache);
  }

  @Test
  void acquire_overloaded_leavesTheKeyFree() {
    UserKvCache cache = cache(TOP_BYTES, TOP_BYTES, 0);
    try (KvLease one = acquire(cache, "one", sequence(32, 1))) {
      assertThatThrownBy(() -> acquire(cache, "two", sequence(32, 1)))
          .isInstanceOf(KvCacheException.class);
      assertThat(one.outcome()).isEqualTo(KvOutcome.PREFILL);
    }
    try (KvLease two = acquire(cache, "two", sequence(32, 1))) {
      assertThat(two.outcome()).isEqualTo(KvOutcome.PREFILL);
    }
    closeClean(cache);
  }

  @Test
  void acquire_windowMovedWithRoomForOneBlock_evictsItsOwnOldRows() {
    UserKvCache cache = cache(TOP_BYTES, TOP_BYTES, 0);
    run(cache, "user", KvOutcome.PREFILL, sequence(30, 1));
    run(cache, "user", KvOutcome.PREFILL, sequence(30, 9));
    closeClean(cache);
  }

  @Test
  void acquire_smallBlocksEverywhere_clearsASlabForALargeOne() {
    UserKvCache cache = cache(4 * TOP_BYTES, TOP_BYTES, 0);
    for (int user = 0; user < 60; user++) {
      run(cache, "user" + user, KvOutcome.PREFILL, tokens(1));
    }
    run(cache, "large", KvOutcome.PREFILL, sequence(32, 1));
    closeClean(cache);
  }

  @Test
  void acquire_anotherModelsLayout_takesOverSlabs() {
    UserKvCache cache = cache(4 * TOP_BYTES, TOP_BYTES, 0);
    for (int user = 0; user < 20; user++) {
      run(cache, "user" + user, KvOutcome.PREFILL, sequence(20, 1));
    }
    KvKey key = new KvKey("user", "other model");
    for (int i = 0; i < 2; i++) {
      try (KvLease lease = cache.acquire(key, OTHER, hashes(sequence(16, 1)), Duration.ZERO)) {
        assertThat(lease.outcome()).isEqualTo(i == 0 ? KvOutcome.PREFILL : KvOutcome.HIT);
        serve(lease, OTHER, sequence(16, 1));
      }
    }
    closeClean(cache);
  }

  @Test
  void acquire_blockLongerThanTheBudget_goesUncachedAndEvictsNothing() {
    UserKvCache cache = cache(TOP_BYTES / 2, TOP_BYTES, TOP_BYTES);
    run(cache, "user", KvOutcome.PREFILL, sequence(4, 1));
    run(cache, "user", KvOutcome.UNCACHED, sequence(32, 1));
    run(cache, "user", KvOutcome.HIT, sequence(4, 1));
    closeClean(cache);
  }

  @Test
  void branch_leases_areTransientAndPooled() {
    UserKvCache cache = cache(TOP_BYTES, TOP_BYTES, 2 * TOP_BYTES);
    run(cache, "user", KvOutcome.PREFILL, tokens(1, 2));
    for (int round = 0; round < 20; round++) {
      List<KvLease> leases = new ArrayList<>();
      KvLease base = acquire(cache, "user", tokens(1, 2));
      leases.add(base);
      for (int i = 0; i < 16; i++) {
        leases.add(cache.branch(base, hashes(tokens(1, 2, i))));
      }
      assertThatThrownBy(() -> cache.branch(base, hashes(tokens(1, 2, 99))))
          .isInstanceOf(KvCacheException.class);
      leases.forEach(KvLease::close);
    }
    closeClean(cache);
  }

  private static UserKvCache cache(long budgetBytes, long slabBytes, long transientBytes) {
    return new UserKvCache(
        new KvCacheLimits(budgetBytes, Duration.ofHours(1), transientBytes), slabBytes, true);
  }

  private static KvLease acquire(UserKvCache cache, String user, int... tokens) {
    return cache.acquire(new KvKey(user, "model"), LAYOUT, hashes(tokens), Duration.ZERO);
  }

  private static void refresh(UserKvCache cache, String user, int... tokens) {
    try (KvLease lease =
        cache.refresh(new KvKey(user, "model"), LAYOUT, () -> hashes(tokens)).orElseThrow()) {
      serve(lease, LAYOUT, tokens);
    }
  }

  private static void run(UserKvCache cache, String user, KvOutcome outcome, int... tokens) {
    try (KvLease lease = acquire(cache, user, tokens)) {
      assertThat(lease.outcome()).as(user).isEqualTo(outcome);
      serve(lease, LAYOUT, tokens);
    }
  }
}
