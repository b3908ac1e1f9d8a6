package io.unipin.benchmarks.kvcache;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;

/**
 * A way to keep users' keys and values, of 128 tokens each: 1 MiB in float32. One put copies a user's from memory outside of
 * the heap, where the engine would have written them.
 */
abstract class UserStore implements AutoCloseable {
  /** Users that stay. */
  static final int USERS = 96;

  /** Users whose last rows change; a power of two below {@link #USERS}. */
  static final int APPENDING = 16;

  static final int ROWS = 128;
  static final int NEW_ROWS = 8;
  static final KvLayout LAYOUT = new KvLayout(4, 4, 64, 256, KvType.FLOAT32);

  /** Planes of keys, or of values, of one head of one layer. */
  static final int PLANES = 4 * 2 * 4;

  static final int ROW_FLOATS = 64;
  static final UserStore NONE =
      new UserStore() {
        @Override
        long acquire(int user) {
          return 0;
        }

        @Override
        void put(int user) {}

        @Override
        void append(int user) {}

        @Override
        public void close() {}
      };

  /** Opens a store by its name. */
  static UserStore open(String name) {
    return switch (name) {
      case "unipin" -> new UnipinStore();
      case "caffeine_heap" -> new HeapStore();
      case "ohc" -> new OhcStore();
      case "libtorch_map" -> new TensorStore();
      default -> throw new IllegalArgumentException("no store " + name);
    };
  }

  /** Finds a user's state, and lets it go; returns something of it. */
  abstract long acquire(int user);

  abstract void put(int user);

  abstract void append(int user);

  @Override
  public abstract void close();
}
