package io.unipin.serving.bundle;

import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundle that serves. A swap changes what the next request gets; requests under way keep theirs, and the old bundle is
 * closed with the last of them.
 *
 * <p>Thread-safe.
 */
public final class BundleHolder implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(BundleHolder.class);

  private final Consumer<LoadedBundle> onDrained;
  private final AtomicReference<@Nullable Counted<LoadedBundle>> current = new AtomicReference<>();

  /** Calls {@code onDrained} with a bundle that no request uses any more, before it is closed. */
  public BundleHolder(Consumer<LoadedBundle> onDrained) {
    this.onDrained = onDrained;
  }

  /** Finds and holds the bundle in one step. */
  public BundleLease acquire() {
    while (true) {
      Counted<LoadedBundle> counted = current.get();
      if (counted == null) {
        throw new ServingException(FailureKind.UNAVAILABLE, "no bundle is loaded");
      }
      if (counted.retain()) {
        return new BundleLease(counted);
      }
      Thread.onSpinWait(); // swapped between the two reads: the next one is there already
    }
  }

  /** Puts a bundle in service and owns it from then on. */
  public void swap(LoadedBundle next) {
    Counted<LoadedBundle> old = current.getAndSet(new Counted<>(next, () -> drained(next)));
    logger.info("bundle {} with index {} serves", next.name(), next.indexVersion());
    if (old != null) {
      old.release();
    }
  }

  private void drained(LoadedBundle bundle) {
    try {
      onDrained.accept(bundle);
    } finally {
      bundle.close();
      logger.info("bundle {} is closed", bundle.name());
    }
  }

  /** Takes the bundle out of service; it is closed when the requests under way are done. Idempotent. */
  @Override
  public void close() {
    Counted<LoadedBundle> old = current.getAndSet(null);
    if (old != null) {
      old.release();
    }
  }
}
