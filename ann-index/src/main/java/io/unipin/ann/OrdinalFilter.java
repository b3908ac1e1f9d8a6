package io.unipin.ann;

import org.jspecify.annotations.Nullable;

/**
 * An {@link ItemFilter} laid over the ordinals of one index: one bit each, bit {@code i % 8} of byte {@code i / 8}.
 *
 * @param passing number of ordinals that pass
 * @param bitmap owned; absent when every ordinal passes
 */
@SuppressWarnings("ArrayRecordComponent") // owned by whoever holds the record
record OrdinalFilter(int passing, byte @Nullable [] bitmap) {

  static OrdinalFilter of(ItemFilter filter, IdTable ids) {
    if (filter.excludes() && filter.ids().length == 0) {
      return new OrdinalFilter(ids.size(), null);
    }
    byte[] bits = new byte[(ids.size() + 7) / 8];
    int named = 0;
    for (long id : filter.ids()) {
      int ordinal = ids.ordinal(id);
      if (ordinal >= 0) {
        bits[ordinal >> 3] |= (byte) (1 << (ordinal & 7));
        named++;
      }
    }
    if (!filter.excludes()) {
      return new OrdinalFilter(named, bits);
    }
    if (named == 0) {
      return new OrdinalFilter(ids.size(), null);
    }
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (byte) ~bits[i];
    }
    return new OrdinalFilter(ids.size() - named, bits);
  }

  boolean passes(int ordinal) {
    return bitmap == null || (bitmap[ordinal >> 3] >> (ordinal & 7) & 1) != 0;
  }
}
