package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BuddyAllocatorTest {
  @Test
  void allocate_randomly_neverOverlapsAndMergesInTheEnd() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int units = 1 + random.nextInt(100);
      BuddyAllocator buddy = new BuddyAllocator(units);
      BitSet used = new BitSet();
      Map<Integer, Integer> lengths = new HashMap<>();
      for (int step = 0; step < 300; step++) {
        if (random.nextBoolean()) {
          int order = random.nextInt(KvLayout.TOP_ORDER + 1);
          int start = buddy.allocate(order);
          if (start >= 0) {
            int end = start + (1 << order);
            assertThat(start % (1 << order)).isZero();
            assertThat(end).isLessThanOrEqualTo(units);
            assertThat(used.get(start, end).isEmpty()).as("seed %d step %d", seed, step).isTrue();
            used.set(start, end);
            lengths.put(start, 1 << order);
          } else {
            assertThat(hasFreeAlignedRun(used, units, 1 << order)).as("seed %d", seed).isFalse();
          }
        } else if (!lengths.isEmpty()) {
          List<Integer> starts = new ArrayList<>(lengths.keySet());
          int start = starts.get(random.nextInt(starts.size()));
          buddy.free(start);
          used.clear(start, start + lengths.getOrDefault(start, 0));
          lengths.remove(start);
        }
        assertThat(buddy.usedUnits()).isEqualTo(used.cardinality());
      }
      lengths.keySet().forEach(buddy::free);
      for (int top = 0; top < units >> KvLayout.TOP_ORDER; top++) {
        assertThat(buddy.allocate(KvLayout.TOP_ORDER)).isEqualTo(top << KvLayout.TOP_ORDER);
      }
      assertThat(buddy.allocate(KvLayout.TOP_ORDER)).isEqualTo(-1);
    }
  }

  @Test
  void allocate_oneOrderOnly_losesNothingToFragmentation() {
    BuddyAllocator buddy = new BuddyAllocator(64);
    for (int order = 0; order <= KvLayout.TOP_ORDER; order++) {
      List<Integer> starts = new ArrayList<>();
      for (int i = 0; i < 64 >> order; i++) {
        starts.add(buddy.allocate(order));
      }
      assertThat(buddy.usedUnits()).isEqualTo(64);
      assertThat(starts).doesNotHaveDuplicates().doesNotContain(-1);
      starts.forEach(buddy::free);
    }
  }

  @Test
  void free_notTaken_isRefused() {
    BuddyAllocator buddy = new BuddyAllocator(16);
    int start = buddy.allocate(1);
    buddy.free(start);
    assertThatThrownBy(() -> buddy.free(start)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> buddy.free(99)).isInstanceOf(IllegalStateException.class);
  }

  /**
   * Moves a run that contains several allocated runs. They must stay allocated at their new
   * positions, and both allocators must still count their used units correctly.
   */
  @Test
  void move_partOfARun_keepsItsPieces() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      BuddyAllocator from = new BuddyAllocator(32);
      BuddyAllocator to = random.nextBoolean() ? from : new BuddyAllocator(16);
      int order = random.nextInt(KvLayout.TOP_ORDER + 1);
      List<Integer> kept = new ArrayList<>();
      int end = 1 << order;
      while (from.nextFree(order, 0) == 0 || from.usedUnits() < random.nextInt(end)) {
        int start = from.allocate(random.nextInt(order + 1));
        if (start < end) {
          kept.add(start);
        } else {
          from.free(start);
          break;
        }
      }
      int used = from.usedUnits();
      int target = to.nextFree(order, to == from ? 1 : 0);
      if (target < 0 || kept.isEmpty()) {
        continue;
      }
      from.move(0, to, target, order);
      assertThat(to.usedUnits()).as("seed %d", seed).isEqualTo(used);
      assertThat(from.allocate(order)).as("seed %d", seed).isZero();
      from.free(0);
      kept.forEach(start -> to.free(target + start));
      assertThat(to.usedUnits()).isZero();
      assertThat(to.allocate(KvLayout.TOP_ORDER)).isZero();
    }
  }

  private static boolean hasFreeAlignedRun(BitSet used, int units, int length) {
    for (int start = 0; start + length <= units; start += length) {
      if (used.get(start, start + length).isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
