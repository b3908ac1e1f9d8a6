package io.unipin.serving.log;

import io.unipin.serving.log.segment.OpenSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of all segments of a log. The segments exceed the bound by at most the size of
 * one segment. Thread-safe.
 */
final class SegmentRoom {
  private final long maxBytes;
  private final AtomicLong closedBytes = new AtomicLong();

  private SegmentRoom(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  static SegmentRoom unbounded() {
    return new SegmentRoom(Long.MAX_VALUE);
  }

  static SegmentRoom of(long maxBytes) {
    return new SegmentRoom(maxBytes);
  }

  boolean isBounded() {
    return maxBytes < Long.MAX_VALUE;
  }

  /**
   * Throws an {@link IOException} if the segments take too many bytes. Callers treat this exception
   * like a full disk.
   */
  void require(@Nullable OpenSegment current) throws IOException {
    if (used(current) >= maxBytes) {
      throw new IOException("less than %s bytes in all segments expected".formatted(maxBytes));
    }
  }

  /** Returns the bytes of all segments. */
  long used(@Nullable OpenSegment current) {
    return closedBytes.get() + (current == null ? 0 : current.size());
  }

  /** Adds the bytes of a segment that takes no more lines. */
  void closed(OpenSegment segment) {
    closedBytes.addAndGet(segment.size());
  }

  /** Measures the bytes of all closed segments anew. */
  void measure(List<Path> segments) throws IOException {
    long bytes = 0;
    for (Path segment : segments) {
      bytes += Files.size(segment);
    }
    closedBytes.set(bytes);
  }
}
