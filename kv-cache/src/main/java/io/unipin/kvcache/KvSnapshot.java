package io.unipin.kvcache;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A hold on an entry's rows, so that they can be copied to a {@link KvTier}. The rows do not change
 * while the snapshot is open. Used by one thread.
 */
public final class KvSnapshot implements AutoCloseable {
  private final KvKey key;
  private final KvEntry entry;
  private boolean closed;

  /** Takes over the caller's lease on the entry's block. */
  KvSnapshot(KvKey key, KvEntry entry) {
    this.key = key;
    this.entry = entry;
  }

  public KvKey key() {
    return key;
  }

  public KvLayout layout() {
    return entry.block().layout();
  }

  /** Returns the hashes of the entry's tokens, one per row. */
  public TokenHashes hashes() {
    return entry.hashes();
  }

  /**
   * Returns the state after the last row, or null if the entry was cut back to fewer rows. The
   * caller must not change the array.
   */
  public float @Nullable [] state() {
    return entry.state();
  }

  /** Returns the bytes of the cache that stay taken while the snapshot is open. */
  long blockBytes() {
    return entry.block().bytes();
  }

  /** Notes that a tier has the rows, so that they need not be written when the entry leaves. */
  void stored() {
    entry.stored();
  }

  /** Copies rows {@code [from, from + rows)} as {@link ChunkRows#copyOut} does. */
  public void copy(int from, int rows, ByteBuffer chunk) {
    if (from < 0 || rows < 1 || from + rows > entry.rows()) {
      throw new IllegalArgumentException(
          "rows within 0..%s expected, got %s from %s".formatted(entry.rows(), rows, from));
    }
    ChunkRows.copyOut((HostRows) entry.block().rows(), from, rows, chunk);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      entry.block().releaseLease();
    }
  }
}
