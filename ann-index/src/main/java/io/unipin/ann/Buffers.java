package io.unipin.ann;

import java.nio.Buffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/** Checks of buffers that native code reads or writes. */
final class Buffers {
  private Buffers() {}

  static void check(String what, FloatBuffer buffer, long elements) {
    check(what, buffer, buffer.order(), elements);
  }

  static void check(String what, LongBuffer buffer, long elements) {
    check(what, buffer, buffer.order(), elements);
  }

  private static void check(String what, Buffer buffer, ByteOrder order, long elements) {
    if (!buffer.isDirect() || order != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException(what + ": a direct buffer of native byte order expected");
    }
    if (buffer.remaining() < elements) {
      throw new IllegalArgumentException(
          what + ": " + elements + " elements expected, got " + buffer.remaining());
    }
  }
}
