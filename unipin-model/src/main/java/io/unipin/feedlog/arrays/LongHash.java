package io.unipin.feedlog.arrays;

/** Spreads longs over the slots of a hash table of any size. */
public final class LongHash {
  private LongHash() {}

  /**
   * Returns the slot of a key: at least 0 and below {@code places}. Successive keys, and keys that
   * differ only in some bits, get slots all over the table.
   */
  public static int place(long key, int places) {
    // the finalizer of MurmurHash3 (Appleby, 2008)
    long mixed = (key ^ (key >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    mixed ^= mixed >>> 33;
    return (int) (((mixed >>> 32) * places) >>> 32);
  }
}
