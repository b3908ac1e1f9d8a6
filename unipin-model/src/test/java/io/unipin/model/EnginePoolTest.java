package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.SlabMemory;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.batch.PoolBlocks;
import io.unipin.model.features.ModelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EnginePoolTest {
  private static final int BYTES = 1 << 14;

  private static EnginePool pool(KvType type) {
    return EnginePool.create(TestModels.options(), type, BYTES);
  }

  /** Returns a layout of 3 layers with rows of 16 elements. A unit has 2 rows. */
  private static KvLayout layout(KvType type) {
    return new KvLayout(3, 2, 4, 32, type);
  }

  private static int unit(KvLayout layout) {
    return (int) layout.budgetBytes(1);
  }

  /** Returns different values for the rows of a layer. Every type holds these values exactly. */
  private static float[] values(KvLayout layout, int layer, int rows) {
    float[] values = new float[rows * PoolRows.width(layout)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + layer * 500 + i;
    }
    return values;
  }

  private static void fill(EngineRows rows) {
    for (int layer = 0; layer < rows.layout().layers(); layer++) {
      PoolRows.write(rows, layer, 0, values(rows.layout(), layer, rows.capacity()));
    }
  }

  private static long count(float[] all) {
    int count = 0;
    for (float value : all) {
      count += value == 0 ? 0 : 1;
    }
    return count;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16"})
  void copyRows_otherCapacity_copiesTheFirstRowsOfEachLayerAndNoOthers(KvType type) {
    KvLayout layout = layout(type);
    try (EnginePool pool = pool(type)) {
      SlabMemory one = pool.allocate(8 * unit(layout), unit(layout));
      SlabMemory two = pool.allocate(8 * unit(layout), unit(layout));
      EngineRows from = (EngineRows) one.rows(unit(layout), layout, 4);
      EngineRows to = (EngineRows) two.rows(2L * unit(layout), layout, 8);
      fill(from);
      one.copyRows(from, to, 3);
      float[] all = PoolRows.all(pool);
      for (int layer = 0; layer < 3; layer++) {
        for (int row = 0; row < 3; row++) {
          assertThat(PoolRows.row(all, to, layer, row))
              .as("row %s of layer %s", row, layer)
              .isEqualTo(PoolRows.row(all, from, layer, row));
        }
      }
      int width = PoolRows.width(layout);
      assertThat(count(all)).isEqualTo(3L * (4 + 3) * width);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16"})
  void copyAndBlank_aBlock_moveIt(KvType type) {
    KvLayout layout = layout(type);
    int unit = unit(layout);
    try (EnginePool pool = pool(type)) {
      SlabMemory one = pool.allocate(4 * unit, unit);
      SlabMemory two = pool.allocate(4 * unit, unit);
      EngineRows from = (EngineRows) one.rows(0, layout, 4);
      fill(from);
      one.copy(0, two, 2L * unit, 2L * unit);
      one.blank(0, 2L * unit, false);
      EngineRows to = (EngineRows) two.rows(2L * unit, layout, 4);
      float[] all = PoolRows.all(pool);
      for (int layer = 0; layer < 3; layer++) {
        assertThat(PoolRows.row(all, to, layer, 1))
            .isEqualTo(Arrays.copyOfRange(values(layout, layer, 2), 16, 32));
      }
      assertThat(count(all)).isEqualTo(3L * 4 * PoolRows.width(layout));
      two.blank(2L * unit, unit, true);
      float[] poisoned = PoolRows.all(pool);
      int nan = 0;
      for (float value : poisoned) {
        nan += Float.isNaN(value) ? 1 : 0;
      }
      assertThat(nan).isEqualTo(unit / type.bytes());
    }
  }

  @Test
  void methods_bytesOutsideOfTheSection_areRefused() {
    try (EnginePool pool = pool(KvType.FLOAT32)) {
      SlabMemory one = pool.allocate(1024, 128);
      SlabMemory two = pool.allocate(1024, 128);
      assertThatThrownBy(() -> one.blank(960, 128, false))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> one.copy(0, two, -64, 64))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> one.copy(0, two, 1000, 64))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void allocate_untilNothingIsLeft_startsAtUnitsAndThenRefuses() {
    try (EnginePool pool = pool(KvType.FLOAT32)) {
      SlabMemory first = pool.allocate(64, 64);
      SlabMemory second = pool.allocate(2 * 192, 192);
      KvLayout layout = new KvLayout(1, 1, 8, 16, KvType.FLOAT32);
      assertThat(((EngineRows) first.rows(0, layout, 1)).start()).isZero();
      assertThat(((EngineRows) second.rows(0, layout, 1)).start()).isEqualTo(192 / 4);
      assertThat(second.firstUnit(192)).isZero();
      assertThat(second.firstUnit(128)).isEqualTo(64);
      assertThatThrownBy(() -> pool.allocate(BYTES - 3 * 192 + 64, 64))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("15872 bytes left in the pool expected, got 15808");
      assertThat(pool.allocate(BYTES - 3 * 192, 64).bytes()).isEqualTo(15808);
    }
  }

  @Test
  void create_int8_isRefused() {
    assertThatThrownBy(() -> pool(KvType.INT8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("FLOAT16 or FLOAT32 expected for rows in engine memory, got INT8");
  }

  @Test
  void create_moreThanThereIs_namesTheBytesAndTheDevice() {
    KvCacheLimits limits = new KvCacheLimits(1L << 52, Duration.ofHours(1), 1 << 20);
    assertThatThrownBy(() -> EnginePool.create(EngineOptions.cpu(), KvType.FLOAT16, limits))
        .isInstanceOf(ModelException.class)
        .hasMessageMatching("4503599896\\d+ bytes for keys and values expected on cpu, got .+");
  }

  @Test
  void create_forLimits_hasRoomForBothAndForGaps() {
    KvCacheLimits limits = new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 19);
    try (EnginePool pool = EnginePool.create(TestModels.options(), KvType.FLOAT16, limits)) {
      assertThat(pool.bytes()).isEqualTo((3 << 19) + (3 << 13));
    }
  }

  @Test
  void require_otherTypeOrRowsThatDoNotFit_areRefused() {
    try (EnginePool pool = pool(KvType.FLOAT16)) {
      pool.require(layout(KvType.FLOAT16));
      assertThatThrownBy(() -> pool.require(layout(KvType.FLOAT32)))
          .hasMessage("FLOAT16 expected for rows in engine memory, got FLOAT32");
      assertThatThrownBy(() -> pool.require(layout(KvType.INT8)))
          .hasMessage("FLOAT16 expected for rows in engine memory, got INT8");
      assertThatThrownBy(() -> pool.require(new KvLayout(1, 1, 12, 16, KvType.FLOAT16)))
          .hasMessage(
              "rows of which 64 bytes are a multiple expected in engine memory, got 48 bytes a"
                  + " row");
    }
  }

  @Test
  void cache_overThePool_refusesOtherLayoutsAndGivesEngineRows() {
    KvCacheLimits limits = new KvCacheLimits(BYTES, Duration.ofHours(1), BYTES);
    TokenHashes hashes = TokenHashes.builder(1).add(0, 0).build();
    try (EnginePool pool = EnginePool.create(TestModels.options(), KvType.FLOAT16, limits);
        UserKvCache cache = new UserKvCache(limits, List.of(), pool)) {
      KvKey key = new KvKey("user", "model");
      assertThatThrownBy(
              () -> cache.acquire(key, layout(KvType.INT8), hashes, Duration.ZERO).close())
          .hasMessageEndingWith("got INT8");
      try (KvLease lease = cache.acquire(key, layout(KvType.FLOAT16), hashes, Duration.ZERO)) {
        KvRows rows = lease.kv();
        assertThat(((PoolBlocks.Pooled) ((EngineRows) rows).memory()).tensor())
            .isSameAs(pool.tensor());
      }
      assertThat(cache.stats().leases()).isZero();
    }
  }
}
