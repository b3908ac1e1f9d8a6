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
 * The bundle that serves. A swap changes what the next request gets; requests under way keep theirs, and the old bundle is
 * closed with the last of them; or kept until the next swap, so that a roll-back takes no time.
 *
 * <p>Thread-safe.
 */
public final class BundleHolder implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(BundleHolder.class);

  private final Consumer<LoadedBundle> onDrained;
  private final AtomicReference<@Nullable Counted<LoadedBundle>> current = new AtomicReference<>();

  private final boolean keepsPrevious;

  /** What served before; guarded by this. */
  @GuardedBy("this")
  private @Nullable Counted<LoadedBundle> previous;

  /** Calls {@code onDrained} with a bundle that no request uses any more, before it is closed. */
  public BundleHolder(Consumer<LoadedBundle> onDrained) {
    this(onDrained, false);
  }

  /** With {@code keepsPrevious} the bundle that served before stays loaded. */
  public BundleHolder(Consumer<LoadedBundle> onDrained, boolean keepsPrevious) {
    this.onDrained = onDrained;
    this.keepsPrevious = keepsPrevious;
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

  /** Does something with the bundle, and holds it meanwhile; nothing when none serves. */
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

  /** Puts a bundle in service and owns it from then on. */
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
   * Puts the bundle that served before in service again, and keeps the one that served until now.
   *
   * @return what serves now; empty when no bundle served before, and nothing changed
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

  /** The bundle that a roll-back would put in service; it is kept until the next swap. */
  public synchronized Optional<LoadedBundle> previous() {
    return Optional.ofNullable(previous).map(Counted::value);
  }

  /** The name of the bundle that a roll-back would put in service. */
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

  /** Takes the bundle out of service; it is closed when the requests under way are done. Idempotent. */
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
