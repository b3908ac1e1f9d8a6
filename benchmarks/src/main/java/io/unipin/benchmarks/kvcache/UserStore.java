package io.unipin.benchmarks.kvcache;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;

/**
 * A store for users' keys and values. Each user has 128 tokens, whose keys and values take 1 MiB in
 * float32.
 *
 * <p>A put copies a user's state from off-heap memory, where the engine would have written it.
 */
abstract class UserStore implements AutoCloseable {
  /** The number of users that the store holds at any time. */
  static final int USERS = 96;

  /**
   * The number of users whose last rows change. This number is a power of two below {@link #USERS}.
   */
  static final int APPENDING = 16;

  static final int ROWS = 128;
  static final int NEW_ROWS = 8;
  static final KvLayout LAYOUT = new KvLayout(4, 4, 64, 256, KvType.FLOAT32);

  /** The number of planes. A plane holds the keys or the values of one head of one layer. */
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

  /** Opens the store that has this name. */
  static UserStore open(String name) {
    return switch (name) {
      case "unipin" -> new UnipinStore();
      case "caffeine_heap" -> new HeapStore();
      case "ohc" -> new OhcStore();
      case "libtorch_map" -> new TensorStore();
      default -> throw new IllegalArgumentException("no store " + name);
    };
  }

  /** Finds a user's state and releases it. Returns some value that depends on the state. */
  abstract long acquire(int user);

  abstract void put(int user);

  abstract void append(int user);

  @Override
  public abstract void close();
}
