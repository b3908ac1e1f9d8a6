package io.unipin.serving.bundle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the bundle that serves.
 *
 * <p>After a swap, new requests get the new bundle and running requests keep the old bundle. The
 * old bundle is closed after its last request. If the previous bundle is kept, it stays loaded
 * until the next swap, so a roll-back takes no time.
 */
public final class BundleHolder implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(BundleHolder.class);

  private final Consumer<LoadedBundle> onDrained;
  private final AtomicReference<@Nullable Counted<LoadedBundle>> current = new AtomicReference<>();

  private final boolean keepsPrevious;

  /** The bundle that served before the current bundle. */
  @GuardedBy("this")
  private @Nullable Counted<LoadedBundle> previous;

  /**
   * Creates a holder. When no request uses a replaced bundle any more, the holder calls {@code
   * onDrained} with the bundle and then closes it.
   */
  public BundleHolder(Consumer<LoadedBundle> onDrained) {
    this(onDrained, false);
  }

  /**
   * Creates a holder. If {@code keepsPrevious} is true, the bundle that served before stays loaded.
   */
  public BundleHolder(Consumer<LoadedBundle> onDrained, boolean keepsPrevious) {
    this.onDrained = onDrained;
    this.keepsPrevious = keepsPrevious;
  }

  /** Returns a lease on the serving bundle. The bundle is closed only after the lease is closed. */
  public BundleLease acquire() {
    while (true) {
      Counted<LoadedBundle> counted = current.get();
      if (counted == null) {
        throw new ServingException(FailureKind.UNAVAILABLE, "no bundle is loaded");
      }
      if (counted.retain()) {
        return new BundleLease(counted);
      }
      // The bundle was swapped after `current` was read. The next bundle is already set.
      Thread.onSpinWait();
    }
  }

  /**
   * Runs an action with the serving bundle. The bundle stays open meanwhile. Does nothing when no
   * bundle serves.
   */
  public void ifServing(Consumer<LoadedBundle> action) {
    if (isServing()) {
      try (BundleLease lease = acquire()) {
        action.accept(lease.bundle());
      }
    }
  }

  public boolean isServing() {
    return current.get() != null;
  }

  /** Puts a bundle in service. The holder owns the bundle from then on. */
  public synchronized void swap(LoadedBundle next) {
    Counted<LoadedBundle> old = current.getAndSet(new Counted<>(next, () -> drained(next)));
    logger.info("bundle {} with index {} serves", next.name(), next.indexVersion());
    Counted<LoadedBundle> last = keepsPrevious ? previous : old;
    if (keepsPrevious) {
      previous = old;
    }
    if (last != null) {
      last.release();
    }
  }

  /**
   * Puts the previous bundle back in service and keeps the current bundle for another roll-back.
   *
   * @return the bundle that serves now. If there is no previous bundle, the result is empty and
   *     nothing changes
   */
  public synchronized Optional<LoadedBundle> rollBack() {
    Counted<LoadedBundle> back = previous;
    if (back == null) {
      return Optional.empty();
    }
    previous = current.getAndSet(back);
    logger.warn("rolled back: bundle {} serves", back.value().name());
    return Optional.of(back.value());
  }

  /**
   * Returns the bundle that a roll-back would put in service. The holder keeps it until the next
   * swap.
   */
  public synchronized Optional<LoadedBundle> previous() {
    return Optional.ofNullable(previous).map(Counted::value);
  }

  /** Returns the name of the bundle that a roll-back would put in service. */
  public synchronized Optional<String> previousName() {
    return Optional.ofNullable(previous).map(counted -> counted.value().name());
  }

  private void drained(LoadedBundle bundle) {
    try {
      onDrained.accept(bundle);
    } finally {
      bundle.close();
      logger.info("bundle {} is closed", bundle.name());
    }
  }

  /** Takes the bundle out of service and closes it after its last request. Idempotent. */
  @Override
  public synchronized void close() {
    Counted<LoadedBundle> old = current.getAndSet(null);
    if (old != null) {
      old.release();
    }
    if (previous != null) {
      previous.release();
      previous = null;
    }
  }
}
