package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TierInboxTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 16, KvType.FLOAT32);

  /** Each key counts as this many bytes, which is the least that a queue counts. */
  private static final long BYTES = 4096;

  private static final long LIMIT = 64 * BYTES;

  private final TierInbox inbox = new TierInbox(new TierQueue(LIMIT, 1 << 10));
  private final SlabPool pool = new SlabPool("test", 1 << 16, 1 << 12, false);

  private static KvKey key(int user) {
    return new KvKey("user" + user, "model");
  }

  private KvSnapshot rows(int user) {
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, 2));
    return new KvSnapshot(key(user), new KvEntry(Rows.hashes(0, 1), block, Rows.state(0, 1)));
  }

  private void offer(int users) {
    for (int user = 0; user < users; user++) {
      assertThat(inbox.offer(key(user), BYTES)).isTrue();
    }
  }

  /** Takes the next steps, and returns the index of each step of upkeep among them. */
  private List<Integer> upkeepOf(int steps, boolean mayTidy) {
    List<Integer> upkeep = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (TierInbox.Next.UPKEEP.equals(inbox.next(() -> mayTidy))) {
        upkeep.add(step);
      }
    }
    return upkeep;
  }

  private void nextIs(KvKey key) {
    assertThat(write(inbox.next(() -> false)).key()).isEqualTo(key);
  }

  /** Returns the entry to write of a step that has one. */
  private static TierQueue.Turn write(TierInbox.@Nullable Next next) {
    return Objects.requireNonNull(Objects.requireNonNull(next).write());
  }

  @Test
  void next_newInbox_isUpkeep() {
    assertThat(inbox.next(() -> true)).isEqualTo(TierInbox.Next.UPKEEP);
  }

  @Test
  void next_manyWrites_leaveTurnsForUpkeep() {
    offer(40);
    assertThat(upkeepOf(42, true)).as("after each 15 writes").containsExactly(15, 31);
    assertThat(inbox.bytes()).isZero();
  }

  @Test
  void next_tidyTier_isOnlyWritten() {
    offer(3);
    inbox.untidy(false);
    nextIs(key(0));
    inbox.untidy(false);
    assertThat(upkeepOf(1, true)).isEmpty();
    assertThat(inbox.bytes()).isEqualTo(BYTES);
  }

  @Test
  void next_upkeepMustWait_isOnlyWritten() {
    offer(40);
    assertThat(upkeepOf(40, false)).isEmpty();
  }

  @Test
  void next_task_isBeforeWritesAndUpkeep() {
    offer(1);
    FutureTask<Boolean> task = new FutureTask<>(() -> true);
    assertThat(inbox.add(task)).isTrue();
    assertThat(inbox.next(() -> true)).isEqualTo(new TierInbox.Next(task, null));
    nextIs(key(0));
  }

  @Test
  void offer_fullQueue_isRefused() {
    offer(64);
    assertThat(inbox.offer(key(64), BYTES)).isFalse();
    assertThat(inbox.bytes()).isEqualTo(LIMIT);
  }

  @Test
  void offerHeld_sameKeyTwice_isRefused() {
    try (KvSnapshot rows = rows(1);
        KvSnapshot again = rows(1)) {
      assertThat(inbox.offerHeld(rows)).isTrue();
      assertThat(inbox.offerHeld(again)).isFalse();
    }
  }

  @Test
  void clear_givesAllEntries() {
    offer(3);
    assertThat(inbox.clear())
        .extracting(TierQueue.Turn::key)
        .containsExactly(key(0), key(1), key(2));
    assertThat(inbox.bytes()).isZero();
    assertThat(inbox.poll()).isNull();
  }

  @Test
  void close_withEntries_givesThemAndThenNothing() {
    offer(2);
    inbox.close();
    inbox.close();
    assertThat(inbox.add(new FutureTask<>(() -> true))).isFalse();
    try (KvSnapshot rows = rows(7)) {
      assertThat(inbox.offerHeld(rows)).isFalse();
    }
    nextIs(key(0));
    nextIs(key(1));
    assertThat(inbox.next(() -> true)).isNull();
  }

  /** Each kind of work wakes the thread that waits for work. */
  @Test
  void next_waitingThread_isWokenByEachOffer() throws InterruptedException {
    inbox.untidy(false);
    BlockingQueue<TierInbox.Next> taken = new LinkedBlockingQueue<>();
    Thread taker =
        new Thread(
            () -> {
              TierInbox.Next next = inbox.next(() -> false);
              while (next != null) {
                taken.add(next);
                next = inbox.next(() -> false);
              }
            });
    taker.setDaemon(true);
    taker.start();
    StepTier.awaitWaiting(taker);
    offer(1);
    assertThat(write(taken.take()).key()).isEqualTo(key(0));
    StepTier.awaitWaiting(taker);
    try (KvSnapshot rows = rows(5)) {
      assertThat(inbox.offerHeld(rows)).isTrue();
      assertThat(write(taken.take()).held()).isSameAs(rows);
    }
    StepTier.awaitWaiting(taker);
    FutureTask<Boolean> task = new FutureTask<>(() -> true);
    assertThat(inbox.add(task)).isTrue();
    assertThat(taken.take().task()).isSameAs(task);
    StepTier.awaitWaiting(taker);
    inbox.close();
    taker.join();
  }
}
