package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.serve;
import static io.unipin.kvcache.Rows.tokens;
import static io.unipin.kvcache.Rows.verify;
import static io.unipin.kvcache.Rows.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserKvCacheErasureTest {
  private static final KvLayout LAYOUT = new KvLayout(2, 2, 4, 40, KvType.FLOAT32);

  /** A cache without debug mode, so that only the erasure overwrites memory. */
  private final UserKvCache cache =
      new UserKvCache(new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 18), 1 << 16, false);

  @AfterEach
  void nothingIsLeftInUse() {
    closeClean(cache);
  }

  @Test
  void erase_user_dropsTheEntriesOfAllFingerprintsAndNoOthers() {
    run("erased", "a");
    run("erased", "b");
    run("other", "a");
    assertThat(cache.erase("erased")).isEqualTo(2);
    assertThat(cache.erase("erased")).isZero();
    expect(KvOutcome.PREFILL, "erased", "a");
    expect(KvOutcome.PREFILL, "erased", "b");
    expect(KvOutcome.HIT, "other", "a");
  }

  @Test
  void eraseFingerprint_dropsItsEntriesAndNoOthers() {
    run("one", "old");
    run("two", "old");
    run("one", "new");
    cache.eraseFingerprint("old");
    assertThat(cache.stats().entries()).isEqualTo(1);
    expect(KvOutcome.PREFILL, "two", "old");
    expect(KvOutcome.HIT, "one", "new");
  }

  @Test
  void erase_whileRead_overwritesTheBytesAfterTheLease() {
    run("user", "a");
    ByteBuffer stale;
    try (KvLease reader = acquire("user", "a", tokens(1, 2, 3))) {
      stale = Rows.block(reader);
      cache.erase("user");
      verify(reader, LAYOUT, 4, tokens(1, 2, 3));
      assertThat(isZero(stale)).isFalse();
    }
    assertThat(isZero(stale)).isTrue();
  }

  @Test
  void erase_whileWritten_isNotPublishedAndOverwritten() {
    run("user", "a");
    ByteBuffer stale;
    try (KvLease writer = acquire("user", "a", tokens(1, 2, 3, 4))) {
      stale = Rows.block(writer);
      cache.erase("user");
      serve(writer, LAYOUT, tokens(1, 2, 3, 4));
    }
    assertThat(cache.stats().entries()).isZero();
    assertThat(isZero(stale)).isTrue();
    expect(KvOutcome.PREFILL, "user", "a");
    expect(KvOutcome.HIT, "user", "a");
  }

  @Test
  void erase_writerGivesUpOrIsTransient_overwritesToo() {
    ByteBuffer abandoned;
    ByteBuffer passing;
    try (KvLease writer = acquire("user", "a", tokens(1, 2, 3));
        KvLease uncached = acquire("user", "a", tokens(1, 2, 3))) {
      abandoned = Rows.block(writer);
      passing = Rows.block(uncached);
      write(writer, LAYOUT, tokens(1, 2, 3));
      serve(uncached, LAYOUT, tokens(1, 2, 3));
      cache.erase("user");
    }
    assertThat(isZero(abandoned)).isTrue();
    assertThat(isZero(passing)).isTrue();
  }

  @Test
  void erase_writerCutBack_dropsTheRestToo() {
    run("user", "a");
    try (KvLease writer = acquire("user", "a", tokens(1, 9))) {
      assertThat(writer.reusedRows()).isEqualTo(2);
      assertThat(cache.erase("user")).isEqualTo(1);
    }
    assertThat(cache.stats().usedBytes()).isZero();
    expect(KvOutcome.PREFILL, "user", "a");
  }

  @Test
  void erase_whileOtherUserIsWritten_doesNotStopIt() {
    try (KvLease writer = acquire("other", "a", tokens(1, 2, 3))) {
      cache.erase("user");
      serve(writer, LAYOUT, tokens(1, 2, 3));
    }
    expect(KvOutcome.HIT, "other", "a");
  }

  @Test
  void evict_entryThatGoesBeforeItsUserIsErased_leavesNoByte() {
    UserKvCache small =
        new UserKvCache(new KvCacheLimits(1 << 12, Duration.ofHours(1), 1 << 12), 1 << 12, false);
    ByteBuffer stale;
    try (KvLease lease = small.acquire(key("gone"), LAYOUT, hashes(tokens(1, 2)), Duration.ZERO)) {
      stale = Rows.block(lease);
      serve(lease, LAYOUT, tokens(1, 2));
    }
    small.erase("nobody");
    for (int user = 0; small.holds(key("gone")); user++) {
      try (KvLease lease =
          small.acquire(key("user" + user), LAYOUT, hashes(tokens(3, 4)), Duration.ZERO)) {
        // Writes no rows. So bytes that an eviction did not overwrite would stay in the block.
        lease.commit(new float[1]);
      }
    }
    assertThat(small.erase("gone")).isZero();
    small.eraseFingerprint("a");
    assertThat(isZero(stale)).isTrue();
    closeClean(small);
  }

  @Test
  void timeToLive_over_leavesNoByte() {
    AtomicLong nanos = new AtomicLong();
    UserKvCache aging =
        new UserKvCache(
            new KvCacheLimits(1 << 16, Duration.ofHours(1), 0, nanos::get), 1 << 14, false);
    ByteBuffer stale;
    try (KvLease lease = aging.acquire(key("old"), LAYOUT, hashes(tokens(1, 2)), Duration.ZERO)) {
      stale = Rows.block(lease);
      serve(lease, LAYOUT, tokens(1, 2));
    }
    assertThat(isZero(stale)).isFalse();
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    aging.expire();
    assertThat(isZero(stale)).isTrue();
    assertThat(aging.stats().usedBytes()).isZero();
    closeClean(aging);
  }

  @Test
  void branchAndAside_closed_leaveNoByte() {
    run("user", "a");
    ByteBuffer branched;
    ByteBuffer aside;
    try (KvLease base = acquire("user", "a", tokens(1, 2, 3));
        KvLease branch = cache.branch(base, hashes(tokens(1, 2, 3, 4)));
        KvLease alone = cache.aside(LAYOUT, hashes(tokens(8)))) {
      branched = Rows.block(branch);
      aside = Rows.block(alone);
      serve(branch, LAYOUT, tokens(1, 2, 3, 4));
      serve(alone, LAYOUT, tokens(8));
    }
    assertThat(isZero(branched)).isTrue();
    assertThat(isZero(aside)).isTrue();
  }

  /** A request reads a history, its user is erased, and then the request asks for its lease. */
  @Test
  void acquire_historyReadBeforeTheErasure_isNotKept() {
    long mark = cache.mark("user");
    cache.erase("user");
    try (KvLease late =
        cache.acquire(key("user"), LAYOUT, hashes(tokens(1, 2, 3)), Duration.ZERO, mark)) {
      assertThat(late.outcome()).isEqualTo(KvOutcome.PREFILL);
      serve(late, LAYOUT, tokens(1, 2, 3));
    }
    assertThat(cache.stats().entries()).isZero();
    assertThat(cache.stats().usedBytes()).isZero();
    run("user", "a");
    expect(KvOutcome.HIT, "user", "a");
  }

  @Test
  void refresh_userErasedMeanwhile_isNotKept() {
    run("user", "a");
    try (KvLease lease =
        cache.refresh(key("user"), LAYOUT, () -> hashes(tokens(1, 2, 3, 4))).orElseThrow()) {
      cache.erase("user");
      serve(lease, LAYOUT, tokens(1, 2, 3, 4));
    }
    assertThat(cache.stats().entries()).isZero();
  }

  private static KvKey key(String user) {
    return new KvKey(user, "a");
  }

  private KvLease acquire(String user, String fingerprint, int... tokens) {
    return cache.acquire(new KvKey(user, fingerprint), LAYOUT, hashes(tokens), Duration.ZERO);
  }

  private void run(String user, String fingerprint) {
    try (KvLease lease = acquire(user, fingerprint, tokens(1, 2, 3))) {
      serve(lease, LAYOUT, tokens(1, 2, 3));
    }
  }

  private void expect(KvOutcome outcome, String user, String fingerprint) {
    try (KvLease lease = acquire(user, fingerprint, tokens(1, 2, 3))) {
      assertThat(lease.outcome()).isEqualTo(outcome);
      serve(lease, LAYOUT, tokens(1, 2, 3));
    }
  }

  private static boolean isZero(ByteBuffer block) {
    for (int i = 0; i < block.capacity(); i++) {
      if (block.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
