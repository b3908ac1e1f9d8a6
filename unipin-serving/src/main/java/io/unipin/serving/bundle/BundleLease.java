package io.unipin.serving.bundle;

import java.util.concurrent.atomic.AtomicBoolean;

/** A request's hold on a bundle. The bundle stays open until the lease is closed. */
public final class BundleLease implements AutoCloseable {
  private final Counted<LoadedBundle> counted;
  private final AtomicBoolean closed = new AtomicBoolean();

  BundleLease(Counted<LoadedBundle> counted) {
    this.counted = counted;
  }

  public LoadedBundle bundle() {
    return counted.value();
  }

  /** Releases the bundle. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      counted.release();
    }
  }
}
