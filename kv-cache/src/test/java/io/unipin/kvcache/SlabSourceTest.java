package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.unipin.kvcache.tier.FileTier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches over memory that is not host memory. */
class SlabSourceTest {
  /** A unit has 2 rows of one layer, which take 128 bytes. A row of the pool takes 64 bytes. */
  private static final KvLayout SMALL = new KvLayout(1, 1, 8, 32, KvType.FLOAT32);

  /**
   * A unit has 1 row in each of five layers. These rows take 160 bytes, which are rounded up to
   * 192. A row of the pool takes 32 bytes.
   */
  private static final KvLayout OTHER = new KvLayout(5, 1, 4, 16, KvType.FLOAT32);

  private static final KvCacheLimits LIMITS =
      new KvCacheLimits(1 << 14, Duration.ofHours(1), 1 << 14);

  private static SlabPool pool(HeapPool memory, long bytes, long slabBytes) {
    return new SlabPool("test", bytes, slabBytes, false, memory, Ticker.systemTicker());
  }

  private static KvBlock take(SlabPool pool, KvLayout layout, int rows) {
    return Objects.requireNonNull(pool.allocate(layout, rows));
  }

  private static long firstByte(KvBlock block) {
    return ((EngineRows) block.rows()).start() * block.layout().type().bytes();
  }

  @Test
  void allocate_slabOfAnotherUnit_isCutAtMultiplesOfTheNewUnit() {
    SlabPool pool = pool(new HeapPool(1 << 14, 64), 8192, 8192);
    KvBlock small = take(pool, SMALL, 32);
    assertThat(firstByte(small)).isEqualTo(128);
    small.releaseLease();
    KvBlock other = take(pool, OTHER, 16);
    assertThat(firstByte(other)).isEqualTo(192);
    KvBlock next = take(pool, OTHER, 1);
    assertThat(firstByte(next)).isEqualTo(192 + 40 * 192);
    next.releaseLease();
    other.releaseLease();
    assertThat(pool.usedBytes()).isZero();
  }

  /**
   * A slab of 3,072 bytes has room for 16 units of 192 bytes only if the slab begins at a multiple
   * of 192.
   */
  @Test
  void fits_slabTooShortForTheUnitsBetweenItsEdges_isNotCountedOn() {
    KvLayout wide = new KvLayout(1, 1, 24, 16, KvType.FLOAT32); // units of 192 bytes
    KvLayout narrow = new KvLayout(3, 1, 4, 8, KvType.FLOAT16); // 48 bytes, rounded up to 64
    for (int before : new int[] {0, 64}) {
      SlabPool pool = pool(new HeapPool(1 << 13, before), 3072, 3072);
      take(pool, narrow, 1).releaseLease();
      assertThat(pool.fits(wide, 16)).isEqualTo(before == 0);
      assertThat(pool.allocate(wide, 16) != null).isEqualTo(before == 0);
      assertThat(pool.fits(wide, 8)).isTrue();
      assertThat(pool.allocate(wide, 8) != null).isEqualTo(before > 0);
    }
  }

  @Test
  void freeBytes_slabWithEdges_leavesOutTheFirst() {
    SlabPool pool = pool(new HeapPool(1 << 14, 64), 8192, 8192);
    take(pool, SMALL, 32).releaseLease();
    KvBlock other = take(pool, OTHER, 16);
    assertThat(pool.freeBytes(OTHER)).isEqualTo(8192 - 64 - 16 * 192);
    other.releaseLease();
  }

  @Test
  void branch_otherCapacity_copiesTheRows() {
    HeapPool memory = new HeapPool(1 << 16, 64);
    int[] tokens = Rows.sequence(2, 5);
    int[] longer = Rows.sequence(9, 5);
    try (UserKvCache cache = new UserKvCache(LIMITS, List.of(), memory, 1 << 12, false)) {
      KvKey key = new KvKey("user", "model");
      try (KvLease lease = cache.acquire(key, OTHER, Rows.hashes(tokens), Duration.ZERO)) {
        assertThat(lease.kv()).isInstanceOf(EngineRows.class);
        Rows.serve(lease, OTHER, tokens);
        try (KvLease branch = cache.branch(lease, Rows.hashes(longer))) {
          assertThat(branch.capacity()).isGreaterThan(lease.capacity());
          Rows.verify(branch, OTHER, 2, longer);
        }
      }
      assertThat(memory.isZero()).isFalse();
      cache.erase("user");
      assertThat(memory.isZero()).isTrue();
      Rows.closeClean(cache);
    }
  }

  @Test
  void tiers_overOtherThanHostMemory_areRefused(@TempDir Path folder) throws IOException {
    FileTier tier = FileTier.open(folder, 1 << 20, new byte[32]);
    try {
      List<KvTierSetup> below = List.of(new KvTierSetup("file", tier, 1 << 16));
      assertThatThrownBy(() -> new UserKvCache(LIMITS, below, new HeapPool(1 << 16, 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no tier expected below rows in the engine's memory, got file");
    } finally {
      tier.close();
    }
  }

  @Test
  void acquire_layoutThatTheMemoryRefuses_leavesNoLeaseAndNoWriter() {
    SlabSource refusing =
        new SlabSource() {
          @Override
          public SlabMemory allocate(int bytes, int unitBytes) {
            return SlabSource.HOST.allocate(bytes, unitBytes);
          }

          @Override
          public void require(KvLayout layout) {
            if (layout.equals(OTHER)) {
              throw new IllegalArgumentException("another layout expected");
            }
          }
        };
    KvKey key = new KvKey("user", "model");
    TokenHashes hashes = Rows.hashes(0, 1);
    try (UserKvCache cache = new UserKvCache(LIMITS, List.of(), refusing)) {
      for (int call = 0; call < 2; call++) {
        assertThatThrownBy(() -> cache.acquire(key, OTHER, hashes, Duration.ZERO))
            .hasMessage("another layout expected");
        assertThatThrownBy(() -> cache.aside(OTHER, hashes)).hasMessage("another layout expected");
      }
      try (KvLease lease = cache.acquire(key, SMALL, hashes, Duration.ZERO)) {
        assertThat(lease.outcome()).isEqualTo(KvOutcome.PREFILL);
      }
      Rows.closeClean(cache);
    }
  }
}
