package io.unipin.serving;

import io.unipin.kvcache.UserKvCache;
import io.unipin.model.Precision;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleListing;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemChanges;
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
 * The steps that put a bundle into service and that roll back to the previous bundle.
 *
 * <p>A bundle is verified, loaded, checked with its golden queries, warmed on every worker and put
 * in service. The previous bundle is kept for a roll-back.
 *
 * <p>Only one operation runs at a time. Requests continue meanwhile. Thread-safe.
 */
final class BundleOperations implements BundleControl {
  private final Lock operating = new ReentrantLock();
  private final BundleReader reader;
  private final BundleHolder holder;
  private final Parts parts;
  private final BooleanSupplier callsCome;

  /**
   * The parts that prepare a bundle for service.
   *
   * @param check throws if the server's settings do not fit a bundle
   * @param inUse tells whether a serving bundle can use cached state with a given fingerprint
   */
  record Parts(
      Consumer<LoadedBundle> check,
      ItemChanges items,
      CountsReloads counts,
      Recommender recommender,
      Admission admission,
      UserKvCache cache,
      Predicate<String> inUse,
      CacheConfig cacheConfig,
      Precision precision,
      ServingMetrics metrics) {}

  /**
   * Creates operations on the bundle of {@code holder}. {@code callsCome} tells whether requests
   * already arrive.
   */
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

  /** Loads, checks and warms a bundle. The caller closes it. */
  LoadedBundle prepare(String name) {
    return loaded(
        name,
        bundle -> {
          // This comes before the golden queries, because they borrow a block of the cache.
          CacheFit.require(parts.cacheConfig(), bundle);
          selfCheck(bundle);
          parts.check().accept(bundle);
          warm(bundle, parts.recommender());
        });
  }

  /** Loads a bundle and checks it with its golden queries. The caller closes it. */
  LoadedBundle read(String name) {
    return loaded(name, this::selfCheck);
  }

  /** Loads a bundle, and closes it if the check throws. The caller closes it otherwise. */
  private LoadedBundle loaded(String name, Consumer<LoadedBundle> check) {
    LoadedBundle bundle = reader.load(name);
    boolean right = false;
    try {
      check.accept(bundle);
      right = true;
      return bundle;
    } finally {
      if (!right) {
        bundle.close();
      }
    }
  }

  private void selfCheck(LoadedBundle bundle) {
    bundle.selfCheck(parts.cache(), parts.cacheConfig().type(), parts.precision());
  }

  /**
   * Warms a bundle on all workers. Before calls arrive, all workers warm it at the same time.
   * Later, the workers warm it one after the other.
   */
  void warm(LoadedBundle bundle, Recommender pipeline) {
    List<Runnable> steps = pipeline.warmUp(bundle);
    if (callsCome.getAsBoolean()) {
      parts.admission().onEveryWorkerInTurn(steps);
    } else {
      parts.admission().onEveryWorker(() -> steps.forEach(Runnable::run));
    }
  }

  /**
   * Puts a bundle in service. The holder then owns the bundle. Closes the bundle if the swap fails.
   */
  private void swap(LoadedBundle next) {
    String old = "";
    AtomicBoolean held = new AtomicBoolean();
    try {
      old = holder.isServing() ? servingFingerprint() : "";
      Runnable swap =
          () -> {
            held.set(true);
            holder.swap(next);
          };
      parts.counts().serve(next, () -> parts.items().serve(next, swap));
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

  /**
   * Reports the new bundle to metrics. Drops the cached state of the old bundle if no serving
   * bundle can use it.
   */
  private void serves(LoadedBundle bundle, String oldFingerprint) {
    parts.metrics().serving(bundle.name(), bundle.indexVersion(), bundle.model().engine());
    if (!parts.inUse().test(oldFingerprint)) {
      parts.cache().eraseFingerprint(oldFingerprint);
    }
  }

  @Override
  public List<BundleListing> list() {
    return reader.list();
  }
}
