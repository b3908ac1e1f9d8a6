package io.unipin.kvcache;

/**
 * A sketch of how often departed keys were used. Not thread-safe.
 *
 * <p>Source: the count-min sketch and the ageing of G. Einziger, R. Friedman, B. Manes, "TinyLFU: A
 * Highly Efficient Cache Admission Policy", ACM Transactions on Storage 13(4), 2017.
 */
final class UseSketch {
  /*
   *    uses(key) = min over the rows of counts[row, slot(row, key)]
   *    set(key)  : raises the key's count in each of the two rows to its uses
   *
   * Every count is the maximum over the keys of its slot, not their sum. So an answer is never
   * below the number of uses that was set last (at most 127), halved by each ageing since then. An
   * answer is too high only if, in every row, a key with a higher count shares the slot.
   *
   * Let n keys have higher counts than the key that is looked up. Let hash codes be spread evenly,
   * and the slots of a key in the two rows be independent. In one row the probability of a shared
   * slot is at most n / 2^18. In both rows it is at most (n / 2^18)^2, plus n / 2^32 for keys with
   * an equal hash code. This square is the reason why there is a second row: at n = 2^14 it lowers
   * the bound from 1/16 to about 1/256.
   *
   * After a given number of calls of set(), all counts are halved. So n stays bounded, and the
   * counts of old users fade.
   */
  private static final int SLOTS = 1 << 18;
  private static final int ROWS = 2;
  private static final int SEED = 0x9E3779B9;

  private final byte[] counts = new byte[ROWS * SLOTS];
  private int sets;

  /**
   * Returns the number of uses that was set last for the key, halved by each ageing since then. The
   * result may be too high, but never too low.
   */
  int uses(Object key) {
    int hash = key.hashCode();
    return Math.min(counts[slot(0, hash)], counts[slot(1, hash)]);
  }

  /**
   * Notes the uses of a key that departs.
   *
   * @param ageAfter the number of calls of this method after which all counts are halved
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
