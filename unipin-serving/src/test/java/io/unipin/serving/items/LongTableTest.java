package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LongTableTest {
  /**
   * Returns a key near 0, a key near the smallest long, a small multiple of 2^32, or one of sixty
   * random longs.
   */
  private static long key(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(40) - 20;
      case 1 -> Long.MIN_VALUE + random.nextInt(20);
      case 2 -> (long) random.nextInt(20) << 32;
      default -> new Random(random.nextInt(60)).nextLong();
    };
  }

  @Test
  void changes_equalThoseOfAMap() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      LongTable table = new LongTable(2);
      Map<Long, long[]> map = new HashMap<>();
      for (int step = 0; step < 3000; step++) {
        long key = key(random);
        boolean isGrowing = step / 500 % 2 == 0;
        if (random.nextInt(10) < (isGrowing ? 8 : 2)) {
          boolean isNew = map.put(key, new long[] {step, -step}) == null;
          assertThat(table.put(key, step, -step)).as("seed %s", seed).isEqualTo(isNew);
        } else {
          assertThat(table.remove(key)).isEqualTo(map.remove(key) != null);
        }
        long other = key(random);
        long[] row = map.getOrDefault(other, new long[] {-7, -8});
        assertThat(table.holds(other)).isEqualTo(map.containsKey(other));
        assertThat(table.get(other, 0, -7)).isEqualTo(row[0]);
        assertThat(table.get(other, 1, -8)).isEqualTo(row[1]);
        assertThat(table.size()).isEqualTo(map.size());
      }
      assertThat(table.keys())
          .containsExactlyInAnyOrder(map.keySet().stream().mapToLong(Long::longValue).toArray());
    }
  }

  @Test
  void table_ofNoColumns_isASet() {
    LongTable table = new LongTable(0);
    Set<Long> set = new HashSet<>();
    Random random = new Random(1);
    for (int step = 0; step < 2000; step++) {
      long key = key(random);
      assertThat(
              random.nextBoolean()
                  ? table.put(key) == set.add(key)
                  : table.remove(key) == set.remove(key))
          .isTrue();
      assertThat(table.size()).isEqualTo(set.size());
    }
  }

  @Test
  void room_followsTheNumberOfKeys() {
    LongTable table = new LongTable(1);
    for (long key = 0; key < 100_000; key++) {
      table.put(key, key);
      assertThat((double) table.room()).isLessThan(1.5 * (key + 1) + 16);
    }
    for (long key = 0; key < 99_990; key++) {
      table.remove(key);
    }
    assertThat(table.room()).isLessThan(100);
    assertThat(table.get(99_995, 0, -1)).isEqualTo(99_995);
  }
}
