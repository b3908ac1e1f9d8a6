package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TierWriterTest {
  /** A layout with units of one row of 64 bytes. */
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 16, KvType.FLOAT32);

  private static final int ENTRY_BYTES = 4 * 64;

  /** The budget. The rows of entries that left the cache may take 1/128 of it: two entries. */
  private static final long BUDGET = 2L * 128 * ENTRY_BYTES;

  private static final KvKey SLOW = new KvKey("slow", "model");

  private static final KvKey FIRST = new KvKey("first", "model");
  private static final KvKey SECOND = new KvKey("second", "other");
  private static final KvKey THIRD = new KvKey("third", "model");

  private final SlabPool pool = new SlabPool("test", 1 << 16, 1 << 12, false);
  private final AtomicLong nanos = new AtomicLong();

  /** The entries that are in the cache. */
  private final Map<KvKey, KvEntry> present = new ConcurrentHashMap<>();

  private final StepTier tier = new StepTier(false, 3);

  @SuppressWarnings("NullAway.Init") // every test calls start
  private TierWriter writer;

  private void start(StepTier below) {
    KvTierSetup.Writing writing = new KvTierSetup.Writing(2, true, Duration.ofMinutes(1));
    KvCacheLimits limits = new KvCacheLimits(BUDGET, Duration.ofDays(1), 0, nanos::get);
    KvTierSetup setup = new KvTierSetup("test", below, 1 << 20, writing);
    writer = new TierWriter(setup, this::snapshot, limits);
  }

  private @Nullable KvSnapshot snapshot(KvKey key) {
    KvEntry entry = present.get(key);
    return entry != null && entry.tryLease() ? new KvSnapshot(key, entry) : null;
  }

  /** Returns an entry of four rows without leases. */
  private KvEntry entry() {
    int[] tokens = Rows.sequence(4, 1);
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, tokens.length));
    block.share();
    block.releaseLease();
    return new KvEntry(Rows.hashes(tokens), block, Rows.state(tokens));
  }

  /** Starts a writer that is busy with an entry until the tier is released. */
  private void startBusy() {
    start(tier);
    tier.awaitUpkeep(4); // so that the next step is the write
    tier.shut();
    present.put(SLOW, entry());
    writer.offer(SLOW, ENTRY_BYTES);
    tier.awaitStep();
  }

  /** Offers the rows of an entry that leaves the cache. */
  private KvEntry leave(KvKey key) {
    KvEntry entry = entry();
    writer.offerLeaving(key, entry, user -> 2);
    return entry;
  }

  /** Runs a task while the writer is busy, and releases the tier as soon as the task waits. */
  private boolean runBehind(Callable<Boolean> work) throws Exception {
    FutureTask<Boolean> task = new FutureTask<>(work);
    Thread thread = new Thread(task);
    thread.start();
    StepTier.awaitWaiting(thread);
    tier.release();
    return task.get();
  }

  private static void assertHeld(KvEntry entry, boolean held) {
    assertThat(entry.block().leases()).as("leases").isEqualTo(held ? 1 : 0);
  }

  private long dropped(KvTierDrop cause) {
    return writer.stats().counted(cause);
  }

  @AfterEach
  void close() {
    tier.release();
    writer.close();
    assertThat(tier.isClosed()).isTrue();
    assertThat(pool.leasedBytes().get()).as("leased bytes").isZero();
  }

  @Test
  void upkeep_runsUntilNothingIsLeft() {
    start(tier);
    tier.awaitUpkeep(4);
    assertThat(tier.upkeeps).hasValue(4);
    assertThat(tier.thread().isDaemon()).as("does not keep the process alive").isTrue();
  }

  @Test
  void upkeep_thatFails_waitsUntilTheNextWriteAfterThePause() {
    tier.fail();
    tier.shut();
    start(tier);
    tier.awaitStep();
    present.put(FIRST, entry());
    writer.offer(FIRST, ENTRY_BYTES);
    KvEntry held = leave(SECOND);
    assertHeld(held, true);
    tier.release();
    writer.settle();
    assertThat(dropped(KvTierDrop.OFF)).as("what waited").isEqualTo(2);
    assertHeld(held, false);
    assertThat(writer.stats().bytes().queued()).isZero();
    assertThat(writer.stats().on()).isFalse();
    assertThat(tier.written).isEmpty();
    assertThat(tier.upkeeps).as("steps of upkeep").hasValue(1);

    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    writer.offer(FIRST, ENTRY_BYTES);
    writer.settle();
    assertThat(tier.written).containsExactly(FIRST);
    assertThat(writer.stats().on()).isTrue();
    assertThat(writer.stats().bytes().written()).isEqualTo(StepTier.WRITTEN_BYTES);
    assertThat(tier.upkeeps).hasValueGreaterThanOrEqualTo(5);
  }

  @Test
  void write_thatFails_dropsAllThatWaits() {
    startBusy();
    present.put(FIRST, entry());
    writer.offer(FIRST, ENTRY_BYTES);
    KvEntry held = leave(SECOND);
    tier.fail();
    tier.release();
    writer.settle();
    assertThat(tier.written).isEmpty();
    assertThat(dropped(KvTierDrop.OFF)).as("the written one, and two that waited").isEqualTo(3);
    assertHeld(held, false);
    KvEntry refused = leave(THIRD);
    assertHeld(refused, false);
    writer.offer(FIRST, ENTRY_BYTES);
    assertThat(dropped(KvTierDrop.OFF)).isEqualTo(5);
  }

  @Test
  void leaving_rows_areHeldUpToTheirShareOfTheBudget() {
    startBusy();
    KvEntry first = leave(FIRST);
    KvEntry second = leave(SECOND);
    KvEntry third = leave(THIRD);
    assertHeld(first, true);
    assertHeld(second, true);
    assertHeld(third, false);
    assertThat(dropped(KvTierDrop.GONE)).isEqualTo(1);
    tier.release();
    writer.settle();
    assertThat(tier.written).containsExactly(SLOW, FIRST, SECOND);
    assertHeld(first, false);
    assertHeld(second, false);
    assertThat(dropped(KvTierDrop.GONE)).isEqualTo(1);
  }

  @Test
  void leaving_rowsThatMayBeOverwritten_areCounted() {
    start(tier);
    KvEntry cut = entry();
    assertThat(cut.tryRetire()).isTrue();
    writer.offerLeaving(FIRST, cut, user -> 2);
    assertHeld(cut, false);
    assertThat(dropped(KvTierDrop.GONE)).isEqualTo(1);
  }

  @Test
  void leaving_rowsOfAnEntryThatIsStoredOrRarelyUsed_areNotWritten() {
    start(tier);
    KvEntry stored = entry();
    stored.stored();
    writer.offerLeaving(FIRST, stored, user -> 2);
    writer.offerLeaving(SECOND, entry(), user -> 1);
    writer.settle();
    assertThat(tier.written).isEmpty();
    assertThat(dropped(KvTierDrop.GONE)).isZero();
  }

  @Test
  void erase_user_dropsTheirHeldRowsOnly() throws Exception {
    startBusy();
    KvEntry first = leave(FIRST);
    leave(SECOND);
    assertThat(runBehind(() -> writer.erase("first"))).isFalse();
    assertHeld(first, false);
    writer.settle();
    assertThat(tier.written).containsExactly(SLOW, SECOND);
    assertThat(writer.erase("second")).as("was written").isTrue();
  }

  @Test
  void erase_fingerprint_dropsItsHeldRowsOnly() throws Exception {
    startBusy();
    KvEntry first = leave(FIRST);
    leave(SECOND);
    runBehind(
        () -> {
          writer.eraseFingerprint("model");
          return true;
        });
    assertHeld(first, false);
    writer.settle();
    assertThat(tier.written).containsExactly(SECOND);
  }

  @Test
  void isShared_isThatOfTheTier() {
    start(tier);
    assertThat(writer.isShared()).isFalse();
    writer.close();
    StepTier shared = new StepTier(true, 0);
    start(shared);
    assertThat(writer.isShared()).isTrue();
  }

  @Test
  void settle_interrupted_failsAndKeepsTheInterrupt() {
    startBusy();
    Thread.currentThread().interrupt();
    assertThatThrownBy(writer::settle)
        .isInstanceOf(KvCacheException.class)
        .hasMessageContaining("interrupted while the KV tier test worked");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void close_interrupted_writesWhatWaitsAndKeepsTheInterrupt() throws Exception {
    startBusy();
    leave(FIRST);
    boolean kept =
        runBehind(
            () -> {
              Thread.currentThread().interrupt();
              writer.close();
              return Thread.interrupted();
            });
    assertThat(kept).isTrue();
    assertThat(tier.isClosed()).isTrue();
    assertThat(tier.written).containsExactly(SLOW, FIRST);
    assertThatThrownBy(writer::settle)
        .isInstanceOf(KvCacheException.class)
        .hasMessage("an open tier expected, got a closed one");
    KvEntry late = leave(SECOND);
    assertHeld(late, false);
    assertThat(dropped(KvTierDrop.GONE)).isEqualTo(1);
  }
}
