package io.unipin.kvcache;

/**
 * The memory of a user's keys and values. It has a {@link KvLayout} and room for {@link #capacity}
 * rows. The interface is sealed, so that code that reads rows handles every kind of memory.
 */
public sealed interface KvRows permits HostRows, EngineRows {
  /** Returns the layout of the memory, with the type of its elements. */
  KvLayout layout();

  /**
   * Returns the number of rows for which the memory has room. The memory's shape has this number as
   * an axis.
   */
  int capacity();
}
