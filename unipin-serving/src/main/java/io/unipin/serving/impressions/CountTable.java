package io.unipin.serving.impressions;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

/** The number of impressions by surface and item. Not thread-safe. */
final class CountTable {
  /** Bytes of memory that one count takes: two boxed numbers and an entry of a hash map. */
  static final int COUNT_BYTES = 96;

  private final Map<String, Map<Long, Long>> surfaces = new HashMap<>();
  private int size;

  /** The surface and the item to which a count belongs. */
  record Key(String surface, long item) {}

  int size() {
    return size;
  }

  boolean holds(Key key) {
    return surfaces.getOrDefault(key.surface(), Map.of()).containsKey(key.item());
  }

  /** Returns the count of an item, or {@code absent} if the table does not have the item. */
  long get(String surface, long item, long absent) {
    return surfaces.getOrDefault(surface, Map.of()).getOrDefault(item, absent);
  }

  /** Adds to a count. The result is never below 0. Returns the new count. */
  long add(Key key, long impressions) {
    long sum = Math.max(0, get(key.surface(), key.item(), 0) + impressions);
    set(key, sum);
    return sum;
  }

  void set(Key key, long impressions) {
    Long before =
        surfaces
            .computeIfAbsent(key.surface(), surface -> new HashMap<>())
            .put(key.item(), impressions);
    size += before == null ? 1 : 0;
  }

  /**
   * Removes the counts of all items except those that are kept. Returns the keys of the removed
   * counts.
   */
  Set<Key> retain(LongPredicate kept) {
    Set<Key> gone = new HashSet<>();
    surfaces.forEach(
        (surface, counts) ->
            counts.keySet().stream()
                .filter(item -> !kept.test(item))
                .forEach(item -> gone.add(new Key(surface, item))));
    gone.forEach(key -> surfaces.getOrDefault(key.surface(), new HashMap<>()).remove(key.item()));
    size -= gone.size();
    return gone;
  }

  /** Returns the ids of all items with a count. */
  Set<Long> items() {
    Set<Long> items = new HashSet<>();
    surfaces.values().forEach(counts -> items.addAll(counts.keySet()));
    return items;
  }
}
