package io.unipin.serving.bundle;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A value that is closed when its last user releases it.
 *
 * <p>The count of users starts at 1, because the owner counts as a user. When the count has reached
 * 0, nobody can become a user again.
 *
 * <p>Thread-safe.
 */
final class Counted<T> {
  private final T value;
  private final Runnable onLast;
  private final AtomicInteger count = new AtomicInteger(1);

  Counted(T value, Runnable onLast) {
    this.value = value;
    this.onLast = onLast;
  }

  T value() {
    return value;
  }

  /** Adds a user. Returns false if the value is closed. */
  boolean retain() {
    return count.getAndUpdate(shares -> shares == 0 ? 0 : shares + 1) != 0;
  }

  void release() {
    int left = count.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("released more often than retained");
    }
    if (left == 0) {
      onLast.run();
    }
  }
}
