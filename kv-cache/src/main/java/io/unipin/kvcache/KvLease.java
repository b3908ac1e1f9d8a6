package io.unipin.kvcache;

import java.nio.ByteBuffer;

/** A request's hold on one block. */
@SuppressWarnings("DoNotCallSuggester")
public final class KvLease implements AutoCloseable {
  KvLease() {}

  public KvOutcome outcome() {
    throw new UnsupportedOperationException();
  }

  public int reusedRows() {
    throw new UnsupportedOperationException();
  }

  public int rows() {
    throw new UnsupportedOperationException();
  }

  public int capacity() {
    throw new UnsupportedOperationException();
  }

  public ByteBuffer block() {
    throw new UnsupportedOperationException();
  }

  public float[] state() {
    throw new UnsupportedOperationException();
  }

  public void commit(float[] state) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
