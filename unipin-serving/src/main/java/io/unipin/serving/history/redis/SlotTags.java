package io.unipin.serving.history.redis;

import io.lettuce.core.cluster.SlotHash;

/**
 * A short text for each slot of a Redis cluster, which lies in that slot. With such a text in braces
 * a key lies where another key does, and tells nothing else of it.
 */
final class SlotTags {
  private static final int RADIX = 36;
  private static final int[] NUMBERS = numbers();

  private SlotTags() {}

  /** Returns a text whose slot is that of a key. */
  static String beside(byte[] key) {
    return text(NUMBERS[SlotHash.getSlot(key)]);
  }

  private static String text(int number) {
    return Integer.toString(number, RADIX);
  }

  /** Finds the least number for each slot. */
  private static int[] numbers() {
    int[] found = new int[SlotHash.SLOT_COUNT];
    int left = found.length;
    for (int number = 1; left > 0; number++) {
      int slot = SlotHash.getSlot(text(number));
      if (found[slot] == 0) {
        found[slot] = number;
        left--;
      }
    }
    return found;
  }
}
