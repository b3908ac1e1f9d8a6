package io.unipin.serving;

import io.unipin.kvcache.UserKvCache;
import io.unipin.model.Precision;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleListing;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.ItemChanges;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.CacheConfig;
import io.unipin.serving.pipeline.CacheFit;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.rpc.BundleControl;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A bundle's way into service and back: verified, loaded, asked its golden queries, warmed on every worker, swapped in; and
 * the one before it kept for a roll-back.
 *
 * <p>One operation at a time; requests go on meanwhile. Thread-safe.
 */
final class BundleOperations implements BundleControl {
  private final Lock operating = new ReentrantLock();
  private final BundleReader reader;
  private final BundleHolder holder;
  private final Parts parts;
  private final BooleanSupplier callsCome;

  /**
   * What a bundle is tried on before it serves.
   *
   * @param check refuses a bundle that the server's settings do not fit
   * @param inUse whether cached state of this fingerprint is of use to some bundle that serves
   */
  record Parts(
      Consumer<LoadedBundle> check,
      ItemChanges items,
      Recommender recommender,
      Admission admission,
      UserKvCache cache,
      Predicate<String> inUse,
      CacheConfig cacheConfig,
      Precision precision,
      ServingMetrics metrics) {}

  /** Changes what the holder serves. The last argument says whether callers' requests come already. */
  BundleOperations(
      BundleReader reader, BundleHolder holder, Parts parts, BooleanSupplier callsCome) {
    this.reader = reader;
    this.holder = holder;
    this.parts = parts;
    this.callsCome = callsCome;
  }

  @Override
  public void load(String name) {
    operating.lock();
    try {
      swap(prepare(name));
    } finally {
      operating.unlock();
    }
  }

  /** Loads a bundle that is fit to serve; the caller closes it. */
  LoadedBundle prepare(String name) {
    LoadedBundle bundle = read(name);
    boolean fit = false;
    try {
      CacheFit.require(parts.cacheConfig(), bundle);
      parts.check().accept(bundle);
      warm(bundle, parts.recommender());
      fit = true;
      return bundle;
    } finally {
      if (!fit) {
        bundle.close();
      }
    }
  }

  /** Loads a bundle that answers as where it was made; the caller closes it. */
  LoadedBundle read(String name) {
    LoadedBundle bundle = reader.load(name);
    boolean right = false;
    try {
      bundle.selfCheck(parts.cache(), parts.cacheConfig().type(), parts.precision());
      right = true;
      return bundle;
    } finally {
      if (!right) {
        bundle.close();
      }
    }
  }

  /** Before calls come, all workers may warm at once. */
  void warm(LoadedBundle bundle, Recommender pipeline) {
    List<Runnable> steps = pipeline.warmUp(bundle);
    if (callsCome.getAsBoolean()) {
      parts.admission().onEveryWorkerInTurn(steps);
    } else {
      parts.admission().onEveryWorker(() -> steps.forEach(Runnable::run));
    }
  }

  /** Closes the bundle when it can't be put in service; from then on it is the holder's. */
  private void swap(LoadedBundle next) {
    String old = "";
    AtomicBoolean held = new AtomicBoolean();
    try {
      old = holder.isServing() ? servingFingerprint() : "";
      parts
          .items()
          .serve(
              next,
              () -> {
                held.set(true);
                holder.swap(next);
              });
    } finally {
      if (!held.get()) {
        next.close();
      }
    }
    serves(next, old);
  }

  @Override
  public void rollBack() {
    operating.lock();
    try {
      String old = servingFingerprint();
      LoadedBundle back =
          holder
              .previous()
              .orElseThrow(
                  () -> ServingException.invalid("bundle", "no bundle served before this one"));
      parts.items().serve(back, holder::rollBack);
      serves(back, old);
    } finally {
      operating.unlock();
    }
  }

  private String servingFingerprint() {
    try (BundleLease lease = holder.acquire()) {
      return parts.recommender().fingerprint(lease.bundle());
    }
  }

  /** The room of users' state that no bundle can use is the new bundle's from now on. */
  private void serves(LoadedBundle bundle, String oldFingerprint) {
    parts.metrics().serving(bundle.name(), bundle.indexVersion());
    if (!parts.inUse().test(oldFingerprint)) {
      parts.cache().eraseFingerprint(oldFingerprint);
    }
  }

  @Override
  public List<BundleListing> list() {
    return reader.list();
  }
}
