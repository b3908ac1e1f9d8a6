package io.unipin.kvcache.tier;

import java.nio.ByteBuffer;

/** The 128-bit name of a user or a model in a tier, or the hash of tokens. Immutable. */
public record Id(long first, long second) {
  /** The number of bytes of an id. */
  public static final int BYTES = 16;

  /** Reads an id, and moves the position behind it. */
  public static Id read(ByteBuffer from) {
    return new Id(from.getLong(), from.getLong());
  }

  /** Writes the id, and moves the position behind it. */
  public void write(ByteBuffer to) {
    to.putLong(first).putLong(second);
  }
}
