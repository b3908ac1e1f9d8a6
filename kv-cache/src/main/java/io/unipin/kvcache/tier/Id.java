package io.unipin.kvcache.tier;

import java.nio.ByteBuffer;

/** The 128-bit name of a user or a model in the files. */
record Id(long first, long second) {
  static final int BYTES = 16;

  static Id read(ByteBuffer from) {
    return new Id(from.getLong(), from.getLong());
  }

  void write(ByteBuffer to) {
    to.putLong(first).putLong(second);
  }
}
