package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Tests of small classes: limits, keys, statistics, erasures, writer slots and the lease ledger.
 */
class BookkeepingTest {
  private static final KvKey KEY = new KvKey("user", "model");

  @Test
  void config_limits_areChecked() {
    Duration age = Duration.ofNanos(1);
    assertThat(new KvCacheLimits(0, age, 0).budgetBytes()).isZero();
    assertThatThrownBy(() -> new KvCacheLimits(-1, age, 0))
        .hasMessageContaining("budgetBytes of at least 0 expected, got -1");
    assertThatThrownBy(() -> new KvCacheLimits(0, age, -1))
        .hasMessageContaining("transientBytes of at least 0 expected, got -1");
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
      assertThatThrownBy(() -> new KvCacheLimits(0, wrong, 0))
          .hasMessageContaining("a timeToLive above 0 expected, got " + wrong);
    }
  }

  @Test
  void key_withoutUserOrFingerprint_isRefused() {
    assertThatThrownBy(() -> new KvKey("", "model")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KvKey("user", "")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stats_sumsByOutcomeAndCause_areThoseOfTheirParts() {
    Map<KvReason, Long> reasons = new EnumMap<>(KvReason.class);
    Map<KvDeparture, Long> departures = new EnumMap<>(KvDeparture.class);
    long bit = 1;
    for (KvReason reason : KvReason.values()) {
      reasons.put(reason, bit);
      bit *= 2;
    }
    for (KvDeparture departure : KvDeparture.values()) {
      departures.put(departure, bit);
      bit *= 2;
    }
    KvCacheStats stats = new KvCacheStats(1, 2, 3, 4, 5, reasons, 6, departures, 7);
    assertThat(stats.hits()).isEqualTo(stats.counted(KvReason.UNCHANGED)).isEqualTo(1);
    assertThat(stats.appends()).isEqualTo(2 + 4);
    assertThat(stats.prefills()).isEqualTo(8 + 16);
    assertThat(stats.reloads()).isEqualTo(32 + 64);
    assertThat(stats.uncached()).isEqualTo(128 + 256);
    long evictions =
        stats.counted(KvDeparture.POLICY)
            + stats.counted(KvDeparture.ROOM)
            + stats.counted(KvDeparture.AGE);
    assertThat(Long.bitCount(evictions)).isEqualTo(3);
    assertThat(stats.evictions()).isEqualTo(evictions);
  }

  @Test
  void erasures_coverAKeyWhileTheyGoOn() {
    Erasures erasures = new Erasures();
    Predicate<KvKey> keys = key -> key.user().equals("user");
    assertThat(erasures.cover(KEY)).isFalse();
    erasures.start(key -> false);
    erasures.start(keys);
    assertThat(erasures.cover(KEY)).isTrue();
    assertThat(erasures.cover(new KvKey("other", "model"))).isFalse();
    erasures.finish(keys);
    assertThat(erasures.cover(KEY)).isFalse();
  }

  @Test
  void mark_ofAnErasedUser_changesAndAlmostNobodyElses() {
    Erasures erasures = new Erasures();
    long[] before = new long[1000];
    for (int i = 0; i < before.length; i++) {
      before[i] = erasures.mark("user-" + i);
    }
    erasures.count("user-7");
    int changed = 0;
    for (int i = 0; i < before.length; i++) {
      changed += erasures.mark("user-" + i) == before[i] ? 0 : 1;
    }
    assertThat(erasures.mark("user-7")).isNotEqualTo(before[7]);
    assertThat(changed).isBetween(1, 5);
    erasures.count("user-7");
    assertThat(erasures.mark("user-7")).isEqualTo(before[7] + 2);
  }

  @Test
  void slots_ofWriters_areClaimedOnceAndFreedByTheirOwner() {
    WriterSlots slots = new WriterSlots();
    WriterSlot first = new WriterSlot(KEY);
    WriterSlot second = new WriterSlot(KEY);
    assertThat(slots.claim(first)).isNull();
    assertThat(slots.claim(second)).isSameAs(first);
    slots.finish(second);
    assertThat(slots.claim(second)).as("not theirs to free").isSameAs(first);
    assertThat(first.await(System.nanoTime())).as("still at work").isFalse();
    slots.finish(first);
    slots.finish(first);
    assertThat(first.await(System.nanoTime() + Duration.ofMinutes(1).toNanos())).isTrue();
    assertThat(slots.claim(new WriterSlot(KEY))).isNull();
  }

  @Test
  void slots_ofSomeKeys_areFound() {
    WriterSlots slots = new WriterSlots();
    WriterSlot mine = new WriterSlot(KEY);
    slots.claim(mine);
    slots.claim(new WriterSlot(new KvKey("other", "model")));
    List<WriterSlot> found = new ArrayList<>();
    slots.forEach(key -> key.user().equals("user"), found::add);
    assertThat(found).containsExactly(mine);
    assertThat(mine.isRevoked()).isFalse();
    mine.revoke();
    assertThat(mine.isRevoked()).isTrue();
    assertThat(mine.key()).isEqualTo(KEY);
  }

  @Test
  void await_interrupted_failsAndKeepsTheInterrupt() {
    WriterSlot slot = new WriterSlot(KEY);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> slot.await(System.nanoTime() + Duration.ofMinutes(1).toNanos()))
        .isInstanceOf(KvCacheException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void ledger_countsLeasesByReason() {
    LeaseLedger ledger = new LeaseLedger(false);
    ledger.count(KvReason.BUSY);
    ledger.count(KvReason.BUSY);
    ledger.count(KvReason.GROWN);
    ledger.countRefresh();
    assertThat(ledger.counted())
        .containsEntry(KvReason.BUSY, 2L)
        .containsEntry(KvReason.GROWN, 1L)
        .containsEntry(KvReason.ABSENT, 0L);
    assertThat(ledger.refreshes()).isEqualTo(1);
    assertThat(ledger.open()).isZero();
    assertThat(ledger.sites()).isEmpty();
  }
}
