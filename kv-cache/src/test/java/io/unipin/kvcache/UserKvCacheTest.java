package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.sequence;
import static io.unipin.kvcache.Rows.serve;
import static io.unipin.kvcache.Rows.state;
import static io.unipin.kvcache.Rows.tokens;
import static io.unipin.kvcache.Rows.verify;
import static io.unipin.kvcache.Rows.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UserKvCacheTest {
  /** A layout with units of 3 rows, so its size classes are 3, 6, 12, 24 and 48 rows. */
  private static final KvLayout LAYOUT = new KvLayout(2, 2, 4, 40, KvType.FLOAT32);

  private static final KvKey KEY = new KvKey("user", "model");

  private final AtomicLong nanos = new AtomicLong();
  private final UserKvCache cache =
      new UserKvCache(
          new KvCacheLimits(1 << 20, Duration.ofMinutes(10), 1 << 18, nanos::get), 1 << 16, true);

  @AfterEach
  void nothingIsLeftInUse() {
    closeClean(cache);
  }

  /**
   * Columns: the tokens of the entry after the first token, the tokens of the request, the outcome,
   * and the number of reused rows. An empty history is written as "-".
   */
  @ParameterizedTest
  @CsvSource({
    "1 2 3,     1 2 3,       HIT,     4",
    "-,         -,           HIT,     1",
    "1 2 3,     1 2 3 4 5,   APPEND,  4",
    "-,         1,           APPEND,  1",
    "1 2 3,     1 2,         APPEND,  2", // the last row is encoded again to get its state
    "1 2 3,     1 2 9,       APPEND,  3", // a correction
    "1 2 3,     1 9 2 3,     APPEND,  2", // a late event
    "1 2 3,     2 1 3,       PREFILL, 0", // only the learned first token is common
    "1 2 3 4 5, 3 4 5 6,     PREFILL, 0", // the window moved
    "1 2 3,     -,           PREFILL, 0",
  })
  void acquire_afterEntry_reusesTheCommonPrefix(
      String entry, String request, KvOutcome outcome, int reusedRows) {
    run(parse(entry));
    try (KvLease lease = acquire(parse(request))) {
      assertThat(lease.outcome()).isEqualTo(outcome);
      assertThat(lease.reusedRows()).isEqualTo(reusedRows);
      assertThat(lease.rows()).isEqualTo(parse(request).length);
      serve(lease, LAYOUT, parse(request));
    }
    try (KvLease lease = acquire(parse(request))) {
      assertThat(lease.outcome()).isEqualTo(KvOutcome.HIT);
      serve(lease, LAYOUT, parse(request));
    }
  }

  @Test
  void acquire_growingHistory_movesThroughTheSizeClasses() {
    for (int size = 1; size <= LAYOUT.maxRows(); size++) {
      try (KvLease lease = acquire(sequence(size, 1))) {
        assertThat(lease.reusedRows()).isEqualTo(size - 1);
        assertThat(lease.capacity()).isEqualTo(LAYOUT.capacityFor(size));
        serve(lease, LAYOUT, sequence(size, 1));
      }
    }
    KvCacheStats stats = cache.stats();
    assertThat(stats.prefills()).isEqualTo(1);
    assertThat(stats.appends()).isEqualTo(39);
    assertThat(stats.entries()).isEqualTo(1);
    assertThat(stats.usedBytes()).isEqualTo(LAYOUT.blockBytes(48));
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void block_type_hasItsBytes(KvType type) {
    KvLayout layout = new KvLayout(2, 1, 8, 16, type);
    KvKey key = new KvKey("user", type.name());
    try (KvLease lease = cache.acquire(key, layout, hashes(0, 1, 2), Duration.ZERO)) {
      assertThat(Rows.block(lease).isDirect()).isTrue();
      assertThat(Rows.block(lease).order()).isEqualTo(ByteOrder.nativeOrder());
      assertThat(Rows.block(lease).remaining())
          .isEqualTo(2 * 2 * 4 * (8 * type.bytes() + type.stepBytes()));
      serve(lease, layout, 0, 1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void acquire_growingHistoryOfAType_keepsItsRows(KvType type) {
    KvLayout layout = new KvLayout(2, 2, 4, 40, type);
    for (int size = 1; size <= layout.maxRows(); size += 3) {
      try (KvLease lease =
          cache.acquire(KEY, layout, hashes(sequence(size, 1)), Duration.ofSeconds(1))) {
        serve(lease, layout, sequence(size, 1));
      }
    }
    assertThat(cache.stats().prefills()).isEqualTo(1);
  }

  /**
   * Columns: the tokens of the entry after the first token, the tokens of the history, the outcome,
   * and the number of reused rows.
   */
  @ParameterizedTest
  @CsvSource({
    "1 2 3,   1 2 3 4 5, APPEND,  4",
    "-,       1,         APPEND,  1",
    "1 2 3,   3 4 5 6,   PREFILL, 0", // the window moved
  })
  void refresh_entryThatIsBehind_isBroughtUp(
      String entry, String history, KvOutcome outcome, int reusedRows) {
    run(parse(entry));
    try (KvLease lease = refresh(parse(history)).orElseThrow()) {
      assertThat(lease.outcome()).isEqualTo(outcome);
      assertThat(lease.reusedRows()).isEqualTo(reusedRows);
      serve(lease, LAYOUT, parse(history));
    }
    expect(KvOutcome.HIT, parse(history).length, parse(history));
    assertThat(cache.stats().refreshes()).isEqualTo(1);
    assertThat(cache.stats().prefills() + cache.stats().appends()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1 2 3, 1 2 3", "1 2 3, 1 2", "1 2 3, 1 2 9 9"})
  void refresh_entryThatIsNotBehind_isLeftAlone(String entry, String history) {
    run(parse(entry));
    assertThat(refresh(parse(history))).isEmpty();
    expect(KvOutcome.HIT, parse(entry).length, parse(entry));
  }

  @Test
  void refresh_noEntryOrAWriterAtWork_doesNothing() {
    assertThat(refresh(tokens(1))).isEmpty();
    run(tokens(1));
    try (KvLease writer = acquire(tokens(1, 2))) {
      assertThat(refresh(tokens(1, 2, 3))).isEmpty();
      serve(writer, LAYOUT, tokens(1, 2));
    }
    expect(KvOutcome.HIT, 3, tokens(1, 2));
  }

  private Optional<KvLease> refresh(int... tokens) {
    return cache.refresh(KEY, LAYOUT, () -> hashes(tokens));
  }

  @Test
  void close_prefillNotCommitted_leavesNothing() {
    acquire(tokens(1, 2)).close();
    assertThat(cache.stats().entries()).isZero();
    assertThat(cache.stats().usedBytes()).isZero();
  }

  @Test
  void close_appendNotCommitted_leavesTheEntry() {
    run(tokens(1, 2, 3));
    try (KvLease lease = acquire(tokens(1, 2, 3, 4, 5))) {
      write(lease, LAYOUT, tokens(1, 2, 3, 4, 5));
    }
    expect(KvOutcome.HIT, 4, tokens(1, 2, 3));
  }

  @Test
  void close_cutBackNotCommitted_leavesTheReusedRows() {
    run(tokens(1, 2, 3, 4));
    try (KvLease lease = acquire(tokens(1, 2, 9))) {
      write(lease, LAYOUT, tokens(1, 2, 9));
    }
    expect(KvOutcome.APPEND, 3, tokens(1, 2, 3, 4));
  }

  @Test
  void close_cutBackNotCommitted_isNoHitForTheReusedTokens() {
    run(tokens(1, 2, 3, 4));
    acquire(tokens(1, 2, 9)).close();
    expect(KvOutcome.APPEND, 2, tokens(1, 2));
  }

  @Test
  void acquire_appendWhileRead_writesInPlaceBeyondTheReader() {
    run(tokens(1, 2, 3));
    try (KvLease reader = acquire(tokens(1, 2, 3))) {
      run(tokens(1, 2, 3, 4, 5));
      verify(reader, LAYOUT, 4, tokens(1, 2, 3));
      assertThat(cache.stats().usedBytes()).isEqualTo(LAYOUT.blockBytes(6));
    }
  }

  @Test
  void acquire_cutBackWhileRead_copiesToAFreshBlock() {
    run(tokens(1, 2, 3, 4));
    try (KvLease reader = acquire(tokens(1, 2, 3, 4))) {
      expect(KvOutcome.APPEND, 3, tokens(1, 2, 9));
      verify(reader, LAYOUT, 5, tokens(1, 2, 3, 4));
      assertThat(reader.state()).isEqualTo(state(tokens(1, 2, 3, 4)));
    }
    expect(KvOutcome.HIT, 4, tokens(1, 2, 9));
  }

  @Test
  void acquire_cutBackWhileReadNotCommitted_leavesTheWholeEntry() {
    run(tokens(1, 2, 3, 4));
    try (KvLease reader = acquire(tokens(1, 2, 3, 4))) {
      acquire(tokens(1, 2, 9)).close();
      verify(reader, LAYOUT, 5, tokens(1, 2, 3, 4));
    }
    expect(KvOutcome.HIT, 5, tokens(1, 2, 3, 4));
  }

  @Test
  void acquire_growthWhileRead_leavesTheReaderItsBlock() {
    run(tokens(1, 2, 3, 4, 5));
    try (KvLease reader = acquire(tokens(1, 2, 3, 4, 5))) {
      expect(KvOutcome.APPEND, 6, tokens(1, 2, 3, 4, 5, 6, 7));
      verify(reader, LAYOUT, 6, tokens(1, 2, 3, 4, 5));
    }
  }

  @Test
  void acquire_hitWhileWritten_doesNotWait() {
    run(tokens(1, 2, 3));
    try (KvLease writer = acquire(tokens(1, 2, 3, 4))) {
      expect(KvOutcome.HIT, 4, tokens(1, 2, 3));
      serve(writer, LAYOUT, tokens(1, 2, 3, 4));
      expect(KvOutcome.HIT, 5, tokens(1, 2, 3, 4));
    }
  }

  @Test
  void acquire_whileWrittenAndNoTimeToWait_goesUncachedWithACopy() {
    run(tokens(1, 2, 3));
    try (KvLease writer = acquire(tokens(1, 2, 3, 4))) {
      expect(KvOutcome.UNCACHED, 4, tokens(1, 2, 3, 5));
      serve(writer, LAYOUT, tokens(1, 2, 3, 4));
    }
    expect(KvOutcome.HIT, 5, tokens(1, 2, 3, 4));
  }

  @Test
  void branch_ofHit_isSeenByNobodyElse() {
    run(tokens(1, 2, 3));
    try (KvLease base = acquire(tokens(1, 2, 3));
        KvLease tail = cache.branch(base, hashes(tokens(1, 2, 3, 4)))) {
      assertThat(tail.outcome()).isEqualTo(KvOutcome.UNCACHED);
      assertThat(tail.reusedRows()).isEqualTo(4);
      serve(tail, LAYOUT, tokens(1, 2, 3, 4));
      verify(base, LAYOUT, 4, tokens(1, 2, 3));
    }
    expect(KvOutcome.APPEND, 4, tokens(1, 2, 3, 4));
    assertThat(cache.stats().uncached()).isZero();
  }

  @Test
  void branch_ofUncommittedOrOtherTokens_isRefused() {
    try (KvLease base = acquire(tokens(1, 2))) {
      assertThatThrownBy(() -> cache.branch(base, hashes(tokens(1, 2, 3))))
          .isInstanceOf(IllegalStateException.class);
      serve(base, LAYOUT, tokens(1, 2));
      assertThatThrownBy(() -> cache.branch(base, hashes(tokens(1, 2))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> cache.branch(base, hashes(tokens(1, 3, 2))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("hashes that extend the base's 3 expected, got 4 that agree on 2");
    }
  }

  @Test
  void acquire_afterTimeToLive_isAPrefill() {
    run(tokens(1, 2));
    nanos.addAndGet(Duration.ofMinutes(9).toNanos());
    expect(KvOutcome.HIT, 3, tokens(1, 2));
    nanos.addAndGet(Duration.ofMinutes(9).toNanos());
    expect(KvOutcome.HIT, 3, tokens(1, 2));
    nanos.addAndGet(Duration.ofMinutes(11).toNanos());
    expect(KvOutcome.PREFILL, 0, tokens(1, 2));
    assertThat(cache.stats().evictions()).isEqualTo(1);
  }

  @Test
  void lease_entryTooOldMeanwhile_keepsItsRows() {
    run(tokens(1, 2));
    try (KvLease reader = acquire(tokens(1, 2))) {
      nanos.addAndGet(Duration.ofMinutes(11).toNanos());
      expect(KvOutcome.PREFILL, 0, tokens(1, 2, 3));
      verify(reader, LAYOUT, 3, tokens(1, 2));
    }
  }

  @Test
  void acquire_otherFingerprintOrUser_isAnEntryOfItsOwn() {
    run(tokens(1, 2));
    for (KvKey key : new KvKey[] {new KvKey("user", "other"), new KvKey("other", "model")}) {
      try (KvLease lease = cache.acquire(key, LAYOUT, hashes(tokens(1, 2)), Duration.ZERO)) {
        assertThat(lease.outcome()).isEqualTo(KvOutcome.PREFILL);
      }
    }
  }

  @Test
  void acquire_badArguments_areRefused() {
    run(tokens(1, 2));
    assertThatThrownBy(() -> acquire(sequence(41, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 to 40 rows expected, got 41");
    assertThatThrownBy(() -> acquire(new int[0])).isInstanceOf(IllegalArgumentException.class);
    KvLayout other = new KvLayout(1, 2, 4, 40, KvType.FLOAT32);
    assertThatThrownBy(() -> cache.acquire(KEY, other, hashes(0, 1, 2), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("one layout per fingerprint expected");
    assertThatThrownBy(() -> cache.acquire(KEY, LAYOUT, hashes(0, 1), Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    expect(KvOutcome.HIT, 3, tokens(1, 2));
  }

  @Test
  void lease_usedOutOfOrder_isRefused() {
    KvLease lease = acquire(tokens(1, 2));
    assertThatThrownBy(lease::state).isInstanceOf(IllegalStateException.class);
    serve(lease, LAYOUT, tokens(1, 2));
    assertThatThrownBy(() -> lease.commit(new float[2])).isInstanceOf(IllegalStateException.class);
    lease.close();
    lease.close();
    assertThatThrownBy(lease::kv).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(lease::state).isInstanceOf(IllegalStateException.class);
    try (KvLease hit = acquire(tokens(1, 2))) {
      assertThatThrownBy(() -> hit.commit(new float[2])).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void state_changedByItsReader_staysInTheCache() {
    run(tokens(1, 2));
    try (KvLease lease = acquire(tokens(1, 2))) {
      lease.state()[0] = -1;
    }
    expect(KvOutcome.HIT, 3, tokens(1, 2));
  }

  @Test
  void close_withOpenLease_reportsItAndLeavesItsRows() {
    UserKvCache leaking =
        new UserKvCache(new KvCacheLimits(1 << 16, Duration.ofMinutes(1), 0), 1 << 16, true);
    KvLease lease = leaking.acquire(KEY, LAYOUT, hashes(tokens(1, 2)), Duration.ZERO);
    serve(lease, LAYOUT, tokens(1, 2));
    leaking.close();
    assertThat(leaking.stats().leases()).isEqualTo(1);
    assertThat(leaking.ledger().sites())
        .singleElement()
        .satisfies(
            site ->
                assertThat(site.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().startsWith("close_withOpenLease")));
    verify(lease, LAYOUT, 3, tokens(1, 2));
    assertThatThrownBy(() -> leaking.acquire(KEY, LAYOUT, hashes(0), Duration.ZERO))
        .isInstanceOf(IllegalStateException.class);
    lease.close();
    assertThat(leaking.ledger().sites()).isEmpty();
    closeClean(leaking);
  }

  private KvLease acquire(int... tokens) {
    return cache.acquire(KEY, LAYOUT, hashes(tokens), Duration.ZERO);
  }

  private void run(int... tokens) {
    try (KvLease lease = acquire(tokens)) {
      serve(lease, LAYOUT, tokens);
    }
  }

  private void expect(KvOutcome outcome, int reusedRows, int... tokens) {
    try (KvLease lease = acquire(tokens)) {
      assertThat(lease.outcome()).isEqualTo(outcome);
      assertThat(lease.reusedRows()).isEqualTo(reusedRows);
      serve(lease, LAYOUT, tokens);
    }
  }

  private static int[] parse(String tokens) {
    if (tokens.equals("-")) {
      return tokens();
    }
    String[] words = tokens.split(" ", -1);
    int[] parsed = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      parsed[i] = Integer.parseInt(words[i]);
    }
    return tokens(parsed);
  }
}
