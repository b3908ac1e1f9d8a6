package io.unipin.kvcache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose entries wait to be written to a tier, oldest first, with the bytes that they stand
 * for. Guarded by the lock of the {@link TierWriter} that owns it.
 */
final class TierQueue {
  /** Each key counts as at least this many bytes, so that the number of keys is bounded as well. */
  private static final long LEAST_BYTES = 4096;

  private final long limitBytes;
  private final Map<KvKey, Long> waiting = new LinkedHashMap<>();
  private long bytes;

  TierQueue(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Adds a key. A key that waits already keeps its place. Returns false if the queue is full. */
  boolean offer(KvKey key, long newBytes) {
    long before = waiting.getOrDefault(key, 0L);
    long after = Math.max(before, Math.max(LEAST_BYTES, newBytes));
    if (bytes + after - before > limitBytes) {
      return false;
    }
    waiting.put(key, after);
    bytes += after - before;
    return true;
  }

  /** Removes and returns the oldest key, or returns null. */
  @Nullable KvKey poll() {
    Iterator<Map.Entry<KvKey, Long>> first = waiting.entrySet().iterator();
    if (!first.hasNext()) {
      return null;
    }
    Map.Entry<KvKey, Long> next = first.next();
    KvKey key = next.getKey();
    bytes -= next.getValue();
    first.remove();
    return key;
  }

  /** Removes all keys. Returns how many there were. */
  int clear() {
    int size = waiting.size();
    waiting.clear();
    bytes = 0;
    return size;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  long bytes() {
    return bytes;
  }
}
