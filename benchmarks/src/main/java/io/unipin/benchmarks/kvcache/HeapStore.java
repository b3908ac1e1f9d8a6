package io.unipin.benchmarks.kvcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A store that uses Caffeine with arrays on the heap. A change creates a new array, because a
 * reader may still use the old array.
 */
final class HeapStore extends UserStore {
  private final Cache<Integer, float[]> cache =
      Caffeine.newBuilder().maximumSize(USERS + USERS / 2).executor(Runnable::run).build();
  private final ByteBuffer source = Sources.direct(ROWS);

  @Override
  long acquire(int user) {
    float[] rows = cache.getIfPresent(user);
    if (rows == null) {
      throw new IllegalStateException("user " + user + " expected");
    }
    return rows.length;
  }

  @Override
  void put(int user) {
    float[] rows = new float[PLANES * ROWS * ROW_FLOATS];
    source.asFloatBuffer().get(rows);
    cache.put(user, rows);
  }

  @Override
  void append(int user) {
    float[] old = cache.getIfPresent(user);
    if (old == null) {
      throw new IllegalStateException("user " + user + " expected");
    }
    float[] rows = old.clone();
    FloatBuffer fresh = source.asFloatBuffer();
    for (int plane = 0; plane < PLANES; plane++) {
      int at = (plane * ROWS + ROWS - NEW_ROWS) * ROW_FLOATS;
      fresh.get(at, rows, at, NEW_ROWS * ROW_FLOATS);
    }
    cache.put(user, rows);
  }

  @Override
  public void close() {
    cache.invalidateAll();
  }
}
