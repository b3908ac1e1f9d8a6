package io.unipin.kvcache;

/**
 * Where a user's keys and values lie: memory of a {@link KvLayout}, with room for {@link #capacity} rows. Sealed, so that
 * whoever reads rows handles every kind of memory.
 */
public sealed interface KvRows permits HostRows {
  /** Returns the layout of the memory, with the type of its elements. */
  KvLayout layout();

  /** Returns the number of rows that the memory has room for, an axis of its shape. */
  int capacity();
}
