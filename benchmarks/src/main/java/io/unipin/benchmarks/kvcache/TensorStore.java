package io.unipin.benchmarks.kvcache;

import io.unipin.model.KvTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store that keeps the engine's own tensors in a map. To make room for a new tensor, it closes
 * the oldest tensor, even if that tensor is still in use.
 */
final class TensorStore extends UserStore {
  private static final int ROOM = USERS + USERS / 2;

  private final ByteBuffer source =
      Sources.direct(ROWS)
          .slice(0, PLANES * ROWS * ROW_FLOATS * Float.BYTES)
          .order(ByteOrder.nativeOrder());
  private final ByteBuffer fresh =
      Sources.direct(ROWS)
          .slice(0, PLANES * NEW_ROWS * ROW_FLOATS * Float.BYTES)
          .order(ByteOrder.nativeOrder());
  private final Map<Integer, KvTensors> tensors = new ConcurrentHashMap<>();
  private final Queue<Integer> passing = new ArrayDeque<>();

  @Override
  long acquire(int user) {
    return of(user).count();
  }

  private KvTensors of(int user) {
    KvTensors rows = tensors.get(user);
    if (rows == null) {
      throw new IllegalStateException("user " + user + " expected");
    }
    return rows;
  }

  @Override
  void put(int user) {
    KvTensors old = tensors.put(user, new KvTensors(LAYOUT, source, ROWS));
    if (old != null) {
      old.close();
    } else if (user >= USERS) {
      passing.add(user);
      if (tensors.size() > ROOM) {
        KvTensors gone = tensors.remove(passing.remove());
        if (gone != null) {
          gone.close();
        }
      }
    }
  }

  @Override
  void append(int user) {
    of(user).append(fresh, ROWS - NEW_ROWS, NEW_ROWS);
  }

  @Override
  public void close() {
    tensors.values().forEach(KvTensors::close);
  }
}
