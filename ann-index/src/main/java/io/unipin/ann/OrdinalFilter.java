package io.unipin.ann;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ItemFilter} over the ordinals of one index. Ordinal i has bit {@code i % 8} of byte
 * {@code i / 8}.
 *
 * @param passing number of ordinals that pass
 * @param bitmap the bits, never changed; null when all ordinals pass. The length is a multiple of 8
 *     bytes, and the bits after the last ordinal are 0.
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the holder of the record
record OrdinalFilter(int passing, byte @Nullable [] bitmap) {

  static OrdinalFilter all(int size) {
    return new OrdinalFilter(size, null);
  }

  /**
   * Returns a filter that lets only the given ids pass. If {@code excludes} is true, the filter
   * lets only the other ids pass.
   */
  static OrdinalFilter of(boolean excludes, long[] sortedIds, IdTable ids) {
    byte[] bits = new byte[(ids.size() + 63) / 64 * 8];
    int named = 0;
    for (long id : sortedIds) {
      int ordinal = ids.ordinal(id);
      if (ordinal >= 0) {
        bits[ordinal >> 3] |= (byte) (1 << (ordinal & 7));
        named++;
      }
    }
    if (!excludes) {
      return new OrdinalFilter(named, bits);
    }
    if (named == 0) {
      return all(ids.size());
    }
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (byte) ~bits[i];
    }
    for (int ordinal = ids.size(); ordinal < bits.length * 8; ordinal++) {
      bits[ordinal >> 3] &= (byte) ~(1 << (ordinal & 7));
    }
    return new OrdinalFilter(ids.size() - named, bits);
  }

  OrdinalFilter and(OrdinalFilter other) {
    byte[] others = other.bitmap;
    if (bitmap == null) {
      return other;
    }
    if (others == null) {
      return this;
    }
    byte[] both = new byte[bitmap.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = (byte) (bitmap[i] & others[i]);
    }
    int passing = 0;
    ByteBuffer words = ByteBuffer.wrap(both);
    while (words.hasRemaining()) {
      passing += Long.bitCount(words.getLong());
    }
    return new OrdinalFilter(passing, both);
  }

  /**
   * Returns a filter that lets these ordinals pass in addition to the ordinals that this filter
   * lets pass. Ignores ordinal −1.
   */
  OrdinalFilter with(int[] ordinals) {
    if (bitmap == null) {
      return this;
    }
    byte[] bits = null;
    int more = passing;
    for (int ordinal : ordinals) {
      if (ordinal >= 0 && !passes(ordinal)) {
        bits = bits != null ? bits : bitmap.clone();
        int bit = 1 << (ordinal & 7);
        more += (bits[ordinal >> 3] & bit) == 0 ? 1 : 0;
        bits[ordinal >> 3] |= (byte) bit;
      }
    }
    return bits == null ? this : new OrdinalFilter(more, bits);
  }

  /**
   * Returns a filter that lets the same ordinals pass as this filter, except the given ordinals.
   * Ignores ordinal −1.
   */
  OrdinalFilter without(int[] ordinals, int size) {
    byte[] bits = null;
    int left = passing;
    for (int ordinal : ordinals) {
      if (ordinal >= 0 && passes(ordinal)) {
        bits = bits != null ? bits : bitmap == null ? ones(size) : bitmap.clone();
        int bit = 1 << (ordinal & 7);
        left -= (bits[ordinal >> 3] & bit) != 0 ? 1 : 0;
        bits[ordinal >> 3] &= (byte) ~bit;
      }
    }
    return bits == null ? this : new OrdinalFilter(left, bits);
  }

  private static byte[] ones(int size) {
    byte[] bits = new byte[(size + 63) / 64 * 8];
    Arrays.fill(bits, 0, size / 8, (byte) -1);
    for (int ordinal = size / 8 * 8; ordinal < size; ordinal++) {
      bits[ordinal >> 3] |= (byte) (1 << (ordinal & 7));
    }
    return bits;
  }

  boolean passes(int ordinal) {
    return bitmap == null || (bitmap[ordinal >> 3] >> (ordinal & 7) & 1) != 0;
  }
}
