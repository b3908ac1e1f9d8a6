package io.unipin.train.recipe;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.split.Withheld;
import io.unipin.model.features.AttributeConfig;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Counts the values that several items of a catalogue share, in each column that can be read as
 * attributes.
 *
 * <p>A value is known by 64 bits of a hash. Among a hundred million values, the probability that any
 * two have the same hash is 1 in 3,700. If there are more hashes than fit into a bounded memory,
 * several passes over the catalogue each read a part of them. Not thread-safe.
 */
final class SharedValues {
  /** Largest number of hashes in memory, of 8 bytes each. */
  private static final int MOST_HASHES = 1 << 23;

  private static final AttributeConfig ALL = new AttributeConfig(1, AttributeConfig.COLUMNS);

  private final Catalogue catalogue;
  private final Withheld withheld;
  private final Map<String, LongStream.Builder> hashes = new LinkedHashMap<>();

  private SharedValues(Catalogue catalogue, Withheld withheld) {
    this.catalogue = catalogue;
    this.withheld = withheld;
  }

  /**
   * Returns for each column how many of its values at least two items have.
   *
   * @param withheld items that do not count
   */
  static Map<String, Integer> count(Catalogue catalogue, Withheld withheld) {
    return count(catalogue, withheld, MOST_HASHES);
  }

  /** Counts with another bound on the number of hashes in memory. */
  static Map<String, Integer> count(Catalogue catalogue, Withheld withheld, int mostHashes) {
    SharedValues values = new SharedValues(catalogue, withheld);
    long passes = Math.max(1, (values.size() + mostHashes - 1) / mostHashes);
    Map<String, Integer> shared = new LinkedHashMap<>();
    AttributeConfig.COLUMNS.forEach(column -> shared.put(column, 0));
    for (long pass = 0; pass < passes; pass++) {
      values.read(pass, passes);
      values.hashes.forEach(
          (column, some) -> shared.merge(column, repeated(some.build()), Integer::sum));
    }
    return shared;
  }

  /** Returns the number of values of all items, which bounds the number of hashes. */
  private long size() {
    long size = 0;
    for (int item = 0; item < catalogue.size(); item++) {
      size += names(item).size();
    }
    return size;
  }

  private List<String> names(int item) {
    return withheld.contains(item) ? List.of() : AttributeNames.of(catalogue, item, ALL);
  }

  /** Reads the hashes of one pass. */
  private void read(long pass, long passes) {
    hashes.clear();
    for (int item = 0; item < catalogue.size(); item++) {
      for (String name : names(item)) {
        long hash = MurmurHash3.hash128x64(name.getBytes(StandardCharsets.UTF_8))[0];
        if (Long.remainderUnsigned(hash, passes) == pass) {
          String column = AttributeConfig.column(name);
          hashes.computeIfAbsent(column, unseen -> LongStream.builder()).accept(hash);
        }
      }
    }
  }

  /** Returns how many numbers occur at least twice. */
  private static int repeated(LongStream numbers) {
    long[] sorted = numbers.toArray();
    Arrays.sort(sorted);
    int repeated = 0;
    for (int i = 1; i < sorted.length; i++) {
      boolean isSecond = i == 1 || sorted[i - 2] != sorted[i];
      repeated += sorted[i] == sorted[i - 1] && isSecond ? 1 : 0;
    }
    return repeated;
  }
}
