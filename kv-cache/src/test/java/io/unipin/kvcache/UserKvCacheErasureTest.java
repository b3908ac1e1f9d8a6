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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserKvCacheErasureTest {
  private static final KvLayout LAYOUT = new KvLayout(2, 2, 4, 40, KvType.FLOAT32);

  /** Not in debug mode: what is overwritten is so because of the erasure. */
  private final UserKvCache cache =
      new UserKvCache(new KvCacheConfig(1 << 20, Duration.ofHours(1), 1 << 18), 1 << 16, false);

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
      stale = reader.block();
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
      stale = writer.block();
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
      abandoned = writer.block();
      passing = uncached.block();
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
