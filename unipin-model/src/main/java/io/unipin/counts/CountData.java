package io.unipin.counts;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Everything that was counted. Immutable; the arrays are read-only.
 *
 * @param untilMs end of what was counted, in milliseconds since 1970; 0 if the log has no times
 * @param categories (items) number of each item's category; {@link CountQuery#NONE} without one
 * @param authors (items) number of each item's author; {@link CountQuery#NONE} without one
 * @param tables one table for each of the layout's keys
 */
record CountData(
    CountLayout layout,
    long untilMs,
    int[] categories,
    int[] authors,
    Map<CountKey, CountTable> tables,
    Followers followers) {
  CountData {
    tables = Collections.unmodifiableMap(new EnumMap<>(tables));
  }

  CountTable table(CountKey key) {
    CountTable table = tables.get(key);
    if (table == null) {
      throw new IllegalStateException("no table of " + key);
    }
    return table;
  }

  long bytes() {
    long bytes = Integer.BYTES * ((long) categories.length + authors.length) + followers.bytes();
    for (CountTable table : tables.values()) {
      bytes += table.bytes();
    }
    return bytes;
  }
}
