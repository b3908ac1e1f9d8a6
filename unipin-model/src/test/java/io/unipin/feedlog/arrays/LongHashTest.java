package io.unipin.feedlog.arrays;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LongHashTest {
  private static void assertSpread(LongStream keys) {
    int places = 1000;
    int[] counts = new int[places];
    keys.forEach(key -> counts[LongHash.place(key, places)]++);
    for (int count : counts) {
      assertThat(count).as("of 100 on average").isBetween(40, 180);
    }
  }

  @Test
  void place_ofRegularKeys_isAnywhere() {
    assertSpread(LongStream.range(0, 100_000));
    assertSpread(LongStream.range(0, 100_000).map(key -> key << 40));
    assertSpread(LongStream.range(-100_000, 0).map(key -> 1000 * key));
    assertSpread(new Random(1).longs(100_000));
  }

  @Test
  void place_ofTheOuterKeys_isInTheTable() {
    for (long key : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
      for (int places : new int[] {1, 2, 17, Integer.MAX_VALUE}) {
        assertThat(LongHash.place(key, places)).isBetween(0, places - 1);
      }
    }
  }
}
