package io.unipin.kvcache;

/**
 * The memory of a user's keys and values, in a {@link KvLayout} and with room for {@link #capacity}
 * rows. The interface is sealed, so that code that reads rows handles every kind of memory.
 */
public sealed interface KvRows permits HostRows, EngineRows {
  /** Returns the layout of the memory, with the type of its elements. */
  KvLayout layout();

  /**
   * Returns the number of rows that the memory has room for. The memory's shape has this number as
   * an axis.
   */
  int capacity();
}
