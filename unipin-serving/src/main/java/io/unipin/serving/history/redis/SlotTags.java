package io.unipin.serving.history.redis;

import io.lettuce.core.cluster.SlotHash;

/**
 * A short text for each slot of a Redis cluster. A new key with this text as its hash tag falls
 * into the same slot as an existing key. The new key reveals nothing of the existing key except its
 * slot.
 */
final class SlotTags {
  private static final int RADIX = 36;
  private static final int[] NUMBERS = numbers();

  private SlotTags() {}

  /** Returns the text for the slot of a key. */
  static String beside(byte[] key) {
    return text(NUMBERS[SlotHash.getSlot(key)]);
  }

  private static String text(int number) {
    return Integer.toString(number, RADIX);
  }

  /** Finds for each slot the least number whose text falls into this slot. */
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
