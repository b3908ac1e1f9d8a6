package io.unipin.ann;

import java.io.OutputStream;

/** A stream that counts bytes and drops them. Not thread-safe. */
final class CountingStream extends OutputStream {
  private long bytes;

  long bytes() {
    return bytes;
  }

  @Override
  public void write(int b) {
    bytes++;
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    bytes += length;
  }
}
