package io.unipin.model.features;

/**
 * Computes a number that identifies a live item and its content in the hashes of tokens.
 *
 * <p>A live item has a row only while it is live, and another item may get the row later. So a
 * token of a live item is hashed by the item's identity and never by the row. An item of the bundle
 * keeps its row for as long as the model is loaded. So a token of such an item is hashed by the
 * row.
 */
public final class ItemIdentity {
  /** The identity of items that are not live: items of the bundle, and the unknown item. */
  public static final long NONE = 0;

  private static final long SEED_0 = 0x9E3779B97F4A7C15L;
  private static final long SEED_1 = 0xC2B2AE3D27D4EB4FL;

  private ItemIdentity() {}

  /**
   * Returns the identity of a live item. It is never {@link #NONE}.
   *
   * <p>Two items, or one item with two contents, have equal identities with probability 2^-64.
   *
   * @param id the item's id
   * @param content a number that identifies the item's content, equal on all servers
   */
  public static long of(long id, long content) {
    long identity = mixed(mixed(id + SEED_0) ^ (content + SEED_1));
    return identity == NONE ? 1 : identity;
  }

  /**
   * Returns the value of a permutation of all longs. Every bit of the result depends on every bit
   * of {@code value}.
   */
  static long mixed(long value) {
    // David Stafford's finaliser "Mix13", as in TokenHashes.
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
