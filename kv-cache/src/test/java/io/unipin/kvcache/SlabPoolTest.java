package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SlabPoolTest {
  private static final KvLayout SMALL =
      new KvLayout(1, 1, 8, 32, KvType.FLOAT32); // a unit is 2 rows: 128 bytes
  private static final KvLayout OTHER =
      new KvLayout(3, 1, 8, 32, KvType.FLOAT16); // a unit is 2 rows: 192 bytes

  @Test
  void allocate_anyLayout_isADirectNativeSliceOfTheRightSize() {
    SlabPool pool = new SlabPool("test", 1 << 16, 1 << 12, true);
    for (KvLayout layout : new KvLayout[] {SMALL, OTHER}) {
      for (int rows = 1; rows <= layout.maxRows(); rows++) {
        KvBlock block = take(pool, layout, rows);
        ByteBuffer memory = Rows.memory(block);
        assertThat(memory.isDirect()).isTrue();
        assertThat(memory.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(memory.position()).isZero();
        assertThat(memory.capacity()).isEqualTo((int) layout.blockBytes(layout.capacityFor(rows)));
        assertThat(memory.alignmentOffset(0, Slab.ALIGNMENT)).isZero();
        assertThat(pool.usedBytes()).isEqualTo(block.bytes());
        block.releaseLease();
      }
    }
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void allocate_emptySlabOfAnotherUnit_isCutAnew() {
    SlabPool pool = new SlabPool("test", 4096, 4096, true);
    KvBlock small = take(pool, SMALL, 32);
    assertThat(pool.allocate(OTHER, 2)).isNull();
    small.releaseLease();
    KvBlock other = take(pool, OTHER, 32);
    assertThat(pool.allocate(SMALL, 2)).isNull();
    other.releaseLease();
    take(pool, SMALL, 2).releaseLease();
  }

  @Test
  void allocate_budgetNotAMultipleOfSlabs_usesTheRest() {
    SlabPool pool = new SlabPool("test", 2048 * 2 + 512, 1024, true);
    long bytes = 0;
    for (KvBlock block = pool.allocate(SMALL, 1); block != null; block = pool.allocate(SMALL, 1)) {
      bytes += block.bytes();
    }
    assertThat(bytes).isEqualTo(2048 * 2 + 512).isEqualTo(pool.usedBytes());
  }

  @Test
  void allocate_budgetNotOfWholeCacheLines_leavesTheRestAlone() {
    SlabPool pool = new SlabPool("test", 2048 + 63, 1024, true);
    take(pool, SMALL, 32).releaseLease();
    SlabPool tiny = new SlabPool("test", 2048 + 127, 2048, true);
    KvBlock block = take(tiny, SMALL, 32);
    assertThat(tiny.allocate(SMALL, 1)).isNull();
    block.releaseLease();
  }

  @Test
  void allocate_blockLongerThanASlab_takesALongerSlab() {
    SlabPool pool = new SlabPool("test", 1 << 20, 1024, true);
    KvBlock block = take(pool, SMALL, 17);
    assertThat(block.bytes()).isEqualTo(2048).isEqualTo(pool.usedBytes());
    block.releaseLease();
  }

  @Test
  void fits_blockLongerThanTheBudget_isFalse() {
    SlabPool pool = new SlabPool("test", 1024, 1024, true);
    assertThat(pool.fits(SMALL, 16)).isTrue();
    assertThat(pool.fits(SMALL, 17)).isFalse();
    assertThat(pool.allocate(SMALL, 17)).isNull();
    take(pool, SMALL, 1).releaseLease();
    assertThat(pool.fits(SMALL, 16)).isTrue();
    assertThat(pool.fits(SMALL, 17)).isFalse();
  }

  @Test
  void counts_leasesAndShares_freeTheMemoryWithTheLast() {
    SlabPool pool = new SlabPool("test", 4096, 4096, true);
    KvBlock block = take(pool, SMALL, 3);
    block.share();
    assertThat(block.tryLease()).isTrue();
    assertThat(block.leases()).isEqualTo(2);
    block.releaseLease();
    block.releaseLease();
    assertThat(pool.leasedBytes()).hasValue(0);
    assertThat(pool.usedBytes()).isEqualTo(256);
    assertThat(block.tryLease()).isTrue();
    assertThat(pool.leasedBytes()).hasValue(256);
    block.releaseShare();
    block.releaseLease();
    assertThat(pool.usedBytes()).isZero();
    assertThat(block.tryLease()).isFalse();
    assertThatThrownBy(block::share).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(block::releaseLease)
        .isInstanceOf(IllegalStateException.class)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("block taken here", "block freed here"));
  }

  @Test
  void releaseShare_withoutOne_isRefused() {
    KvBlock block = take(new SlabPool("test", 4096, 4096, false), SMALL, 3);
    assertThatThrownBy(block::releaseShare).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void free_inDebugMode_poisons() {
    KvBlock block = take(new SlabPool("test", 4096, 4096, true), SMALL, 3);
    ByteBuffer stale = Rows.memory(block);
    block.releaseLease();
    assertThat(stale.getFloat(0)).isNaN();
    assertThat(stale.getFloat(stale.capacity() - 4)).isNaN();
  }

  @Test
  void free_always_leavesZeros() {
    KvBlock block = take(new SlabPool("test", 4096, 4096, false), SMALL, 3);
    ByteBuffer stale = Rows.memory(block);
    stale.putFloat(stale.capacity() - 4, 1f);
    block.releaseLease();
    assertThat(stale.getFloat(stale.capacity() - 4)).isZero();
  }

  @Test
  void allocate_processHadNoMemory_triesAgainAfterAWhile() {
    AtomicLong now = new AtomicLong();
    AtomicInteger tries = new AtomicInteger();
    AtomicBoolean memory = new AtomicBoolean();
    SlabSource scarce =
        (bytes, unitBytes) -> {
          tries.incrementAndGet();
          if (!memory.get()) {
            throw new OutOfMemoryError("none left");
          }
          return new HostMemory(bytes);
        };
    SlabPool pool = new SlabPool("test", 4096, 1024, true, scarce, now::get);
    for (int call = 0; call < 100; call++) {
      assertThat(pool.allocate(SMALL, 1)).isNull();
      assertThat(pool.fits(SMALL, 1)).isFalse();
    }
    assertThat(tries).hasValue(1);
    for (int minute = 0; minute < 60; minute++) {
      now.addAndGet(TimeUnit.MINUTES.toNanos(1));
      assertThat(pool.allocate(SMALL, 1)).isNull();
    }
    assertThat(tries).as("tries become rare").hasValueBetween(10, 25);
    memory.set(true);
    now.addAndGet(TimeUnit.MINUTES.toNanos(5));
    long bytes = 0;
    for (KvBlock block = pool.allocate(SMALL, 1); block != null; block = pool.allocate(SMALL, 1)) {
      bytes += block.bytes();
    }
    assertThat(bytes).as("the whole budget").isEqualTo(4096);
  }

  @Test
  @Timeout(30)
  void allocate_slabBeingMade_holdsNobodyUpWhoNeedsNone() throws Exception {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch made = new CountDownLatch(1);
    SlabSource slow =
        (bytes, unitBytes) -> {
          if (making.getCount() == 0) {
            throw new AssertionError("more than one slab beside the first");
          }
          making.countDown();
          try {
            made.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return new HostMemory(bytes);
        };
    AtomicBoolean first = new AtomicBoolean(true);
    SlabSource memory =
        (bytes, unitBytes) ->
            first.getAndSet(false) ? new HostMemory(bytes) : slow.allocate(bytes, unitBytes);
    SlabPool pool = new SlabPool("test", 8192, 2048, true, memory, Ticker.systemTicker());
    KvBlock held = take(pool, SMALL, 16);
    KvBlock small = take(pool, SMALL, 8);
    Thread[] growers = new Thread[2];
    for (int i = 0; i < growers.length; i++) {
      growers[i] = new Thread(() -> take(pool, SMALL, 16));
      growers[i].start();
    }
    making.await();
    take(pool, SMALL, 8).releaseLease();
    small.releaseLease();
    assertThat(pool.usedBytes()).isEqualTo(held.bytes());
    made.countDown();
    for (Thread grower : growers) {
      grower.join();
    }
    assertThat(pool.usedBytes()).isEqualTo(3 * held.bytes());
  }

  /**
   * Blocks without leases are moved until all free memory is in one piece. A moved block keeps its
   * content.
   */
  @Test
  @Tag("long")
  void gather_freeUnitsScattered_movesIdleBlocksAndKeepsWhatIsInThem() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      SlabPool pool = new SlabPool("test", 3 * 4096, 4096, true);
      Map<KvBlock, Integer> idle = new HashMap<>();
      for (int step = 0; step < 200; step++) {
        int rows = 1 + random.nextInt(SMALL.maxRows());
        KvBlock block = pool.gather(SMALL, rows);
        long needed = SMALL.blockBytes(SMALL.capacityFor(rows));
        if (block == null) {
          assertThat(pool.usedBytes()).as("seed %d", seed).isGreaterThan(3 * 4096 - needed);
          KvBlock victim = idle.keySet().iterator().next();
          checkStamp(victim, Objects.requireNonNull(idle.remove(victim)));
          victim.releaseShare();
        } else {
          stamp(block, step);
          block.share();
          block.releaseLease();
          idle.put(block, step);
        }
      }
      idle.forEach(SlabPoolTest::checkStamp);
      idle.keySet().forEach(KvBlock::releaseShare);
      assertThat(pool.usedBytes()).isZero();
      assertThat(pool.leasedBytes()).hasValue(0);
    }
  }

  @Test
  void gather_blockInTheWayIsLeased_doesNotMoveIt() {
    SlabPool pool = new SlabPool("test", 2048, 2048, true);
    KvBlock[] blocks = new KvBlock[4];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = take(pool, SMALL, 8);
      blocks[i].share();
    }
    for (int i = 0; i < blocks.length; i += 2) {
      blocks[i].releaseShare();
      blocks[i].releaseLease();
    }
    assertThat(pool.gather(SMALL, 16)).isNull();
    blocks[3].releaseLease();
    KvBlock gathered = Objects.requireNonNull(pool.gather(SMALL, 16));
    gathered.releaseLease();
    blocks[1].releaseLease();
    for (int i = 1; i < blocks.length; i += 2) {
      blocks[i].releaseShare();
    }
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  @Timeout(30)
  void tryFreeze_block_holdsLeasesBackUntilThawed() throws InterruptedException {
    SlabPool pool = new SlabPool("test", 4096, 4096, true);
    KvBlock block = take(pool, SMALL, 3);
    assertThat(block.tryFreeze()).isFalse();
    block.share();
    block.releaseLease();
    assertThat(block.tryFreeze()).isTrue();
    assertThat(block.tryFreeze()).isFalse();
    AtomicBoolean leased = new AtomicBoolean();
    Thread reader = new Thread(() -> leased.set(block.tryLease()));
    reader.start();
    assertThat(leased).isFalse();
    block.thaw();
    reader.join();
    assertThat(leased).isTrue();
    block.releaseLease();
    assertThat(block.tryFreeze()).isTrue();
    block.releaseShare();
    assertThat(pool.usedBytes()).isPositive();
    block.thaw();
    assertThat(pool.usedBytes()).isZero();
    assertThat(block.tryLease()).isFalse();
  }

  @Test
  void lostBytes_atShortages_areTheirMean() {
    SlabPool pool = new SlabPool("test", 8192, 4096, true);
    assertThat(pool.lostBytes()).isZero();
    KvBlock first = take(pool, SMALL, 32);
    pool.countLoss();
    assertThat(pool.lostBytes()).as("one slab is half free").isEqualTo(2048);
    KvBlock second = take(pool, SMALL, 32);
    pool.countLoss();
    assertThat(pool.lostBytes()).as("and then full").isEqualTo(1024);
    assertThat(pool.usedBytes(first.slab())).isEqualTo(4096);
    assertThat(pool.freeBytes(SMALL)).isZero();
    second.releaseLease();
    assertThat(pool.usedBytes(first.slab())).isEqualTo(2048);
    assertThat(pool.freeBytes(SMALL)).isEqualTo(2048);
    assertThat(pool.around(first, KvLayout.TOP_ORDER)).containsExactly(first);
    assertThat(pool.debug()).isTrue();
    assertThat(new SlabPool("test", 8192, 4096, false).debug()).isFalse();
    first.releaseLease();
  }

  @Test
  void takeOver_blocksOfAnotherUnit_moveTogetherWhereTheyHaveRoom() {
    SlabPool pool = new SlabPool("test", 2 * 4096, 4096, true);
    KvBlock[] blocks = new KvBlock[4];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = take(pool, SMALL, 16); // a block takes 1024 bytes: four blocks fill a slab
    }
    KvBlock next = take(pool, SMALL, 16);
    next.share();
    next.releaseLease();
    assertThat(pool.takeOver(OTHER, 32)).as("no room for it elsewhere").isNull();
    blocks[0].releaseLease();
    stamp(next, 77);
    KvBlock other = Objects.requireNonNull(pool.takeOver(OTHER, 16));
    assertThat(next.slab()).isSameAs(blocks[1].slab());
    assertThat(other.slab()).isNotSameAs(next.slab());
    checkStamp(next, 77);
    other.releaseLease();
    next.releaseShare();
  }

  /** If a method returned without releasing the lock, every other thread would block forever. */
  @Test
  @Timeout(60)
  void methods_thatReturned_holdNoLock() throws Exception {
    AtomicBoolean memory = new AtomicBoolean(true);
    SlabSource slabs =
        (bytes, unitBytes) -> {
          if (!memory.get()) {
            throw new OutOfMemoryError("none left");
          }
          return new HostMemory(bytes);
        };
    SlabPool pool = new SlabPool("test", 3 * 4096, 4096, true, slabs, Ticker.systemTicker());
    KvBlock block = take(pool, SMALL, 2);
    List<Runnable> calls =
        List.of(
            () -> pool.fits(SMALL, 2),
            () -> take(pool, SMALL, 32),
            () -> pool.gather(SMALL, 32),
            () -> pool.takeOver(OTHER, 2),
            () -> pool.freeBytes(SMALL),
            () -> pool.around(block, 1),
            () -> pool.usedBytes(),
            () -> pool.usedBytes(block.slab()),
            pool::countLoss,
            pool::lostBytes,
            () -> memory.set(false),
            () -> pool.allocate(OTHER, 32),
            block::releaseLease);
    for (int i = 0; i < calls.size(); i++) {
      calls.get(i).run();
      Thread other = new Thread(pool::usedBytes);
      other.setDaemon(true);
      other.start();
      other.join(10_000);
      assertThat(other.isAlive()).as("stopped by call %s", i).isFalse();
    }
  }

  private static void stamp(KvBlock block, int value) {
    ByteBuffer memory = Rows.memory(block);
    for (int at = 0; at < memory.capacity(); at += Integer.BYTES) {
      memory.putInt(at, value);
    }
  }

  private static void checkStamp(KvBlock block, int value) {
    ByteBuffer memory = Rows.memory(block);
    for (int at = 0; at < memory.capacity(); at += Integer.BYTES) {
      assertThat(memory.getInt(at)).isEqualTo(value);
    }
  }

  private static KvBlock take(SlabPool pool, KvLayout layout, int rows) {
    return Objects.requireNonNull(pool.allocate(layout, rows));
  }
}
