package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.hashes;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EntryStoreTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 32, KvType.FLOAT32);
  private static final KvKey KEY = new KvKey("user", "model");

  private final SlabPool pool = new SlabPool("test", 1 << 16, 1 << 12, true);
  private final WriterSlots writers = new WriterSlots();
  private final EntryStore store =
      new EntryStore(new KvCacheConfig(1 << 16, Duration.ofHours(1), 0), writers);

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
   * The partition is dissolved after the publication looked it up and while it waits for the key.
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

  private void publish(int rows) {
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, rows));
    store.publish(new WriterSlot(KEY), new KvEntry(hashes(0), block, new float[1]));
    block.releaseLease();
  }

  /**
   * An erasure asks for the slot's key twice: first to drop its entry, last to revoke the slot. The
   * entry is published at the second call.
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
