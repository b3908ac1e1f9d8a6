package io.unipin.kvcache;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose entries wait to be written to a tier, oldest first. Each key counts as a number of
 * bytes. A key whose entry left the cache holds the entry's rows. Guarded by the lock of the
 * {@link TierWriter} that owns it.
 */
final class TierQueue {
  /** Each key counts as at least this many bytes, so that the number of keys is bounded as well. */
  private static final long LEAST_BYTES = 4096;

  private final long limitBytes;
  private final long heldLimit;
  private final Map<KvKey, Turn> waiting = new LinkedHashMap<>();
  private long bytes;
  private long heldBytes;

  /**
   * A key that waits.
   *
   * @param bytes number of bytes that are counted for the key
   * @param held rows of an entry that left the cache; null if the key's entry is in the cache
   */
  record Turn(KvKey key, long bytes, @Nullable KvSnapshot held) {
    /** Closes the held rows, if there are any. */
    void drop() {
      if (held != null) {
        held.close();
      }
    }
  }

  /**
   * @param heldLimit limit of the bytes that the rows of departed entries take in the cache's
   *     memory
   */
  TierQueue(long limitBytes, long heldLimit) {
    this.limitBytes = limitBytes;
    this.heldLimit = heldLimit;
  }

  /**
   * Adds a key. A key that is already in the queue keeps its place. Returns false if the queue is
   * full.
   */
  boolean offer(KvKey key, long newBytes) {
    return offer(key, newBytes, null);
  }

  private boolean offer(KvKey key, long newBytes, @Nullable KvSnapshot held) {
    Turn old = waiting.get(key);
    long before = old == null ? 0 : old.bytes();
    long after = Math.max(before, Math.max(LEAST_BYTES, newBytes));
    if (bytes + after - before > limitBytes) {
      return false;
    }
    waiting.put(key, new Turn(key, after, held == null && old != null ? old.held() : held));
    bytes += after - before;
    return true;
  }

  /**
   * Adds the rows of an entry that leaves the cache. The queue then owns them. Returns false, with
   * nothing changed, if the key's rows are held already or if the queue is full.
   */
  boolean offerHeld(KvSnapshot rows) {
    Turn old = waiting.get(rows.key());
    long held = rows.blockBytes();
    if ((old != null && old.held() != null)
        || heldBytes + held > heldLimit
        || !offer(rows.key(), held, rows)) {
      return false;
    }
    heldBytes += held;
    return true;
  }

  /**
   * Removes and returns the oldest key, or returns null. The caller must call {@link Turn#drop} on
   * the result.
   */
  @Nullable Turn poll() {
    Iterator<Turn> first = waiting.values().iterator();
    if (!first.hasNext()) {
      return null;
    }
    Turn next = first.next();
    first.remove();
    removed(next);
    return next;
  }

  private void removed(Turn turn) {
    bytes -= turn.bytes();
    heldBytes -= turn.held() == null ? 0 : turn.held().blockBytes();
  }

  /** Removes the matching keys that hold rows. The caller drops the rows. */
  List<Turn> removeHeld(Predicate<KvKey> keys) {
    List<Turn> gone =
        waiting.values().stream()
            .filter(turn -> turn.held() != null && keys.test(turn.key()))
            .toList();
    gone.forEach(turn -> waiting.remove(turn.key()));
    gone.forEach(this::removed);
    return gone;
  }

  /** Removes and returns all keys. The caller drops their rows. */
  List<Turn> clear() {
    List<Turn> gone = new ArrayList<>(waiting.values());
    waiting.clear();
    bytes = 0;
    heldBytes = 0;
    return gone;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  long bytes() {
    return bytes;
  }
}
