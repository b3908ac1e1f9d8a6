package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.hashes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EntryStoreTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 32, KvType.FLOAT32);
  private static final KvKey KEY = new KvKey("user", "model");
  private static final KvKey OTHER = new KvKey("other", "other-model");
  private static final long BUDGET = 1 << 16;

  private final SlabPool pool = new SlabPool("test", 1 << 16, 1 << 12, true);
  private final WriterSlots writers = new WriterSlots();
  private final EntryStore store =
      new EntryStore(
          new KvCacheLimits(1 << 16, Duration.ofHours(1), 0), writers, (key, entry) -> {});

  @Test
  void publish_entryOfFewerBytesThanItsPredecessor_freesTheOldBlock() {
    publish(32);
    publish(2);
    assertThat(pool.usedBytes()).isEqualTo(LAYOUT.blockBytes(2));
    store.close();
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void erase_writerPublishesAfterTheScanAndBeforeItIsRevoked_isRefused() {
    WriterSlot slot = new WriterSlot(KEY);
    assertThat(writers.claim(slot)).isNull();
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, 2));
    store.erase(
        new PublishingWhenAskedTwice(slot, new KvEntry(hashes(0), block, new float[1]))::test);
    assertThat(store.find(KEY)).isNull();
    block.releaseLease();
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void publish_slotRevoked_isRefused() {
    WriterSlot slot = new WriterSlot(KEY);
    slot.revoke();
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, 2));
    store.publish(slot, new KvEntry(hashes(0), block, new float[1]));
    block.releaseLease();
    assertThat(store.size()).isZero();
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void publish_refused_leavesNoOlderEntryToAppendTo() {
    publish(2);
    WriterSlot slot = new WriterSlot(KEY);
    slot.revoke();
    KvEntry old = Objects.requireNonNull(store.find(KEY));
    assertThat(old.tryLease()).isTrue();
    store.publish(slot, new KvEntry(hashes(0, 1), old.block(), new float[1]));
    assertThat(store.find(KEY)).isNull();
    old.block().releaseLease();
    assertThat(pool.usedBytes()).isZero();
  }

  /**
   * A writer has looked up its partition, and waits for the key before it publishes its entry.
   * Meanwhile another thread dissolves the partition.
   */
  @Test
  @Timeout(60)
  void share_publicationUnderWay_leavesNothingThatCannotBeFound() throws Exception {
    store.reserve(KEY.fingerprint(), 1 << 15);
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    Thread holder = new Thread(() -> hold(store.partition(KEY), held, free));
    holder.start();
    held.await();
    WriterSlot slot = new WriterSlot(KEY);
    assertThat(writers.claim(slot)).isNull();
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, 2));
    Thread writer =
        new Thread(() -> store.publish(slot, new KvEntry(hashes(0), block, new float[1])));
    writer.start();
    awaitBlocked(writer);
    Thread sharer = new Thread(() -> store.share(KEY.fingerprint()));
    sharer.start();
    awaitBlocked(sharer);
    free.countDown();
    for (Thread thread : List.of(holder, writer, sharer)) {
      thread.join();
    }
    writers.finish(slot);
    block.releaseLease();
    assertThat(store.find(KEY)).isNull();
    assertThat(pool.usedBytes()).isZero();
  }

  private static void hold(Partition partition, CountDownLatch held, CountDownLatch free) {
    partition
        .entries()
        .compute(
            KEY,
            (key, entry) -> {
              held.countDown();
              try {
                free.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return entry;
            });
  }

  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.BLOCKED
        && thread.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
  }

  private KvEntry publish(KvKey key, int rows) {
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, rows));
    KvEntry entry = new KvEntry(hashes(0), block, new float[1]);
    store.publish(new WriterSlot(key), entry);
    block.releaseLease();
    return entry;
  }

  private void assertGone(KvDeparture cause, long entries) {
    store
        .departures()
        .forEach(
            (departure, count) ->
                assertThat(count).as("%s", departure).isEqualTo(departure == cause ? entries : 0));
  }

  @Test
  void reserve_allOfTheBudgetAndNoMore_isTaken() {
    String fingerprint = KEY.fingerprint();
    assertThatThrownBy(() -> store.reserve(fingerprint, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.reserve(fingerprint, BUDGET + 1))
        .isInstanceOf(IllegalArgumentException.class);
    store.reserve(fingerprint, BUDGET);
    assertThatThrownBy(() -> store.reserve("third", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 1 for third");
    store.reserve(fingerprint, 0);
    store.reserve("third", BUDGET);
  }

  @Test
  void reserve_roomOfOthers_dropsThemByPolicy() {
    publish(OTHER, 2);
    store.reserve(KEY.fingerprint(), BUDGET);
    assertThat(store.find(OTHER)).isNull();
    assertGone(KvDeparture.POLICY, 1);
    publish(KEY, 2);
    assertThat(store.find(KEY)).isNotNull();
    store.reserve(KEY.fingerprint(), 0);
    assertThat(store.find(KEY)).isNull();
    assertGone(KvDeparture.POLICY, 2);
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void reserve_fingerprintThatSharedBefore_leavesTheSharedPart() {
    publish(KEY, 2);
    KvEntry other = publish(OTHER, 2);
    store.reserve(KEY.fingerprint(), BUDGET / 2);
    assertThat(store.find(KEY)).isNull();
    assertThat(store.all()).extracting(Map.Entry::getValue).containsExactly(other);
    assertThat(store.size()).isEqualTo(1);
    assertThat(pool.usedBytes()).isEqualTo(other.block().bytes());
    KvEntry mine = publish(KEY, 2);
    assertThat(store.all()).extracting(Map.Entry::getValue).containsExactlyInAnyOrder(other, mine);
  }

  @Test
  void share_afterItHadAPart_givesTheRoomBack() {
    KvKey third = new KvKey("third", OTHER.fingerprint());
    store.reserve(KEY.fingerprint(), BUDGET);
    publish(KEY, 2);
    publish(OTHER, 2);
    publish(third, 2);
    assertThat(store.find(OTHER)).as("no room is shared but for the newest").isNull();
    store.share(KEY.fingerprint());
    assertThat(store.find(KEY)).isNull();
    publish(OTHER, 2);
    publish(third, 2);
    assertThat(store.find(OTHER)).as("all of it is").isNotNull();
    assertThat(store.find(third)).isNotNull();
    store.share(KEY.fingerprint());
    assertThat(store.size()).isEqualTo(2);
  }

  @Test
  void evict_blockInTheWay_dropsItsEntryForRoom() {
    KvEntry old = publish(KEY, 2);
    KvBlock unpublished = Objects.requireNonNull(pool.allocate(LAYOUT, 2));
    store.evict(unpublished);
    assertThat(store.find(KEY)).isSameAs(old);
    assertThat(old.block().key()).isEqualTo(KEY);
    old.block().tryLease();
    KvEntry now = publish(KEY, 32);
    store.evict(old.block());
    assertThat(store.find(KEY)).as("has another block").isSameAs(now);
    assertGone(KvDeparture.ROOM, 0);
    store.evict(now.block());
    assertThat(store.find(KEY)).isNull();
    assertGone(KvDeparture.ROOM, 1);
    store.evict(now.block());
    store.evict(KEY, now);
    assertGone(KvDeparture.ROOM, 1);
    old.block().releaseLease();
    unpublished.releaseLease();
  }

  @Test
  void evictColdest_entryOfOtherUnits_goesAndOneOfTheseStays() {
    KvEntry entry = publish(KEY, 2);
    int unitBytes = entry.block().slab().unitBytes();
    assertThat(store.coldest(KEY, unitBytes, 5))
        .extracting(Map.Entry::getValue)
        .containsExactly(entry);
    assertThat(store.coldest(KEY, unitBytes + 64, 5)).isEmpty();
    store.evictColdest(KEY, unitBytes);
    assertThat(store.find(KEY)).isSameAs(entry);
    store.evictColdest(KEY, unitBytes + 64);
    assertThat(store.find(KEY)).isNull();
    assertGone(KvDeparture.ROOM, 1);
  }

  private void publish(int rows) {
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, rows));
    store.publish(new WriterSlot(KEY), new KvEntry(hashes(0), block, new float[1]));
    block.releaseLease();
  }

  /**
   * A test double that publishes in the middle of an erasure. An erasure asks for the slot's key
   * twice: first to drop the key's entry, then to revoke the slot. The entry is published when the
   * erasure asks the second time.
   */
  private final class PublishingWhenAskedTwice {
    private final WriterSlot slot;
    private final KvEntry entry;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean published = new AtomicBoolean();

    PublishingWhenAskedTwice(WriterSlot slot, KvEntry entry) {
      this.slot = slot;
      this.entry = entry;
    }

    boolean test(KvKey key) {
      if (asked.getAndSet(true) && published.compareAndSet(false, true)) {
        store.publish(slot, entry);
      }
      return key.equals(KEY);
    }
  }
}
