package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class KvEntryTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 32, KvType.FLOAT32);
  private static final int RACES = 10_000;

  private final SlabPool pool = new SlabPool("test", 4096, 4096, false);

  @Test
  void tryRetire_whileRead_changesNothing() {
    KvEntry entry = entry();
    assertThat(entry.tryLease()).isTrue();
    assertThat(entry.tryRetire()).isFalse();
    assertThat(entry.tryLease()).isTrue();
    entry.block().releaseLease();
    entry.block().releaseLease();
    assertThat(entry.tryRetire()).isTrue();
    assertThat(entry.tryLease()).isFalse();
    assertThat(entry.block().leases()).isEqualTo(1);
  }

  @Test
  void tryLease_shorterEntryOfABlockCutBack_isRefused() {
    KvEntry shorter = entry();
    KvEntry longer = new KvEntry(Rows.hashes(0, 1), shorter.block(), new float[1]);
    assertThat(longer.tryRetire()).isTrue();
    assertThat(shorter.tryLease()).isFalse();
    KvEntry cut = new KvEntry(Rows.hashes(0), shorter.block(), null);
    assertThat(cut.tryLease()).isTrue();
  }

  /**
   * If the writer were allowed to overwrite rows while the reader is allowed to read them, the
   * reader would get wrong rows.
   */
  @Test
  @Tag("long")
  @Timeout(60)
  void tryRetire_racingWithTryLease_neverBothSucceed() throws Exception {
    KvEntry[] entries = new KvEntry[RACES];
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, 1));
    boolean[] leased = new boolean[RACES];
    boolean[] retired = new boolean[RACES];
    AtomicInteger arrived = new AtomicInteger();
    Thread reader =
        new Thread(
            () -> {
              for (int i = 0; i < RACES; i++) {
                meet(arrived, 4 * i + 2);
                pause();
                leased[i] = entries[i].tryLease();
                meet(arrived, 4 * i + 4);
                if (leased[i]) {
                  block.releaseLease();
                }
              }
            });
    reader.start();
    for (int i = 0; i < RACES; i++) {
      entries[i] = new KvEntry(Rows.hashes(0), block, new float[1]);
      meet(arrived, 4 * i + 2);
      pause();
      retired[i] = entries[i].tryRetire();
      meet(arrived, 4 * i + 4);
    }
    reader.join();
    for (int i = 0; i < RACES; i++) {
      assertThat(leased[i] && retired[i]).isFalse();
    }
    block.releaseLease();
    assertThat(pool.usedBytes()).isZero();
  }

  private KvEntry entry() {
    return new KvEntry(
        Rows.hashes(0), Objects.requireNonNull(pool.allocate(LAYOUT, 1)), new float[1]);
  }

  /**
   * Spins until both threads have arrived, because a parked thread would wake too late to race. The
   * number of spins is bounded, because on a busy machine the other thread may not run.
   */
  private static void meet(AtomicInteger arrived, int total) {
    arrived.incrementAndGet();
    for (int spins = 0; arrived.get() < total; spins++) {
      if (spins < 10_000) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(1);
      }
    }
  }

  private static void pause() {
    for (int i = ThreadLocalRandom.current().nextInt(40); i > 0; i--) {
      Thread.onSpinWait();
    }
  }
}
