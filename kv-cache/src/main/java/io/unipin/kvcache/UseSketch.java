package io.unipin.kvcache;

/**
 * About how often keys were used that are gone; too high where keys collide. One thread.
 *
 * <p>Source: the count-min sketch and the ageing of G. Einziger, R. Friedman, B. Manes, "TinyLFU: A Highly Efficient Cache
 * Admission Policy", ACM Transactions on Storage 13(4), 2017.
 */
final class UseSketch {
  private static final int SLOTS = 1 << 18;
  private static final int ROWS = 2;
  private static final int SEED = 0x9E3779B9;

  private final byte[] counts = new byte[ROWS * SLOTS];
  private int sets;

  /** Returns at least the uses that were set last, unless they have aged. */
  int uses(Object key) {
    int hash = key.hashCode();
    return Math.min(counts[slot(0, hash)], counts[slot(1, hash)]);
  }

  /**
   * Notes the uses of a key that goes.
   *
   * @param ageAfter all counts halve after so many keys
   */
  void set(Object key, int uses, int ageAfter) {
    int hash = key.hashCode();
    for (int row = 0; row < ROWS; row++) {
      int slot = slot(row, hash);
      counts[slot] = (byte) Math.max(counts[slot], Math.min(uses, Byte.MAX_VALUE));
    }
    if (++sets >= ageAfter) {
      sets = 0;
      for (int slot = 0; slot < counts.length; slot++) {
        counts[slot] = (byte) (counts[slot] >> 1);
      }
    }
  }

  private static int slot(int row, int hash) {
    int spread = (hash + row) * SEED;
    spread ^= spread >>> 15;
    return row * SLOTS + ((spread * SEED) >>> 14);
  }
}
