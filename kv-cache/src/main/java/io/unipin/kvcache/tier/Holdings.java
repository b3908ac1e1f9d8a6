package io.unipin.kvcache.tier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The entries that requests can find, and the order in which they are evicted: the least recently
 * used first. Reading or writing an entry counts as a use.
 *
 * <p>Any thread may call {@link #find} and {@link #has}. Only one thread may call the other
 * methods.
 */
final class Holdings {
  private final Map<EntryName, Held> held = new ConcurrentHashMap<>();
  private final AtomicLong time = new AtomicLong();

  /**
   * The names in the order in which they were queued. If a name was used after it was queued, it is
   * queued again when its turn comes. So a use need not change this queue.
   */
  private final Deque<Turn> turns = new ArrayDeque<>();

  private record Turn(EntryName name, long usedAt) {}

  private static final class Held {
    private final StoredEntry entry;
    private volatile long usedAt;

    Held(StoredEntry entry, long usedAt) {
      this.entry = entry;
      this.usedAt = usedAt;
    }
  }

  /** Returns an entry, or null. Counts as a use. */
  @Nullable StoredEntry find(EntryName name) {
    Held found = held.get(name);
    if (found == null) {
      return null;
    }
    found.usedAt = time.incrementAndGet();
    return found.entry;
  }

  /** Whether requests can still find this entry, unchanged. */
  @SuppressWarnings("ReferenceEquality") // equal chunks of another entry may have other bytes
  boolean has(StoredEntry entry) {
    Held found = held.get(entry.name());
    return found != null && found.entry == entry;
  }

  /** Adds an entry, or replaces the entry of the same name. */
  void put(StoredEntry entry) {
    long now = time.incrementAndGet();
    if (held.put(entry.name(), new Held(entry, now)) == null) {
      if (turns.size() > 2 * held.size() + 64) {
        turns.removeIf(turn -> !held.containsKey(turn.name()));
      }
      turns.add(new Turn(entry.name(), now));
    }
  }

  @Nullable StoredEntry remove(EntryName name) {
    Held gone = held.remove(name);
    return gone == null ? null : gone.entry;
  }

  /** Removes and returns the least recently used entry, except {@code spared}, or returns null. */
  @Nullable StoredEntry evict(EntryName spared) {
    for (int left = 2 * turns.size(); left > 0; left--) {
      Turn turn = turns.poll();
      Held oldest = turn == null ? null : held.get(turn.name());
      if (turn == null || oldest == null) {
        continue;
      }
      if (turn.usedAt() < oldest.usedAt || turn.name().equals(spared)) {
        turns.add(new Turn(turn.name(), oldest.usedAt));
        continue;
      }
      return remove(turn.name());
    }
    return null;
  }

  Collection<StoredEntry> all() {
    List<StoredEntry> all = new ArrayList<>(held.size());
    held.values().forEach(entry -> all.add(entry.entry));
    return all;
  }

  int size() {
    return held.size();
  }
}
