package io.unipin.serving.items;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.feedlog.Catalogue;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.live.LiveItems;
import io.unipin.serving.keys.ItemNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Adds and removes items while bundles serve.
 *
 * <p>The store keeps the items that callers put and the ids that they deleted. Every bundle is
 * brought up to date with the store before the bundle starts to serve. While it serves, it gets
 * every change of the store:
 *
 * <ul>
 * <li>A bundle serves a put item on two conditions: the bundle has no item of its own with this id
 *     or key, and its item tower can embed the put item.
 * <li>No bundle serves a deleted item, until the item is put or upserted again.
 * <li>A vector that is given to {@link #change} is used only in the bundle that then serves,
 *     because each model has its own vectors. The vector is lost when the bundle is loaded again.
 * </ul>
 *
 * <p>These rules also hold for a bundle that was kept for a roll-back while items changed. No
 * change happens between the time at which a bundle is brought up to date and the time at which it
 * serves.
 *
 * <p>Thread-safe.
 */
public final class ItemChanges implements ItemWriter {
  /** Largest number of a call's items that are stored in one write. */
  private static final int TOGETHER = 1000;

  private final BundleHolder bundles;
  private final ItemsConfig config;
  private final LongSupplier clockMs;

  /** The store of items. Only the store's size may be read without the lock of this object. */
  private final ItemStore store;

  @GuardedBy("this")
  private final PutRate rate;

  @GuardedBy("this")
  private final BundleFleet fleet;

  /**
   * Creates an instance for all given bundles.
   *
   * @param bundles holder of the bundle that serves most users; verdicts are about this bundle
   * @param others holders of the other bundles in service
   * @param clockMs returns the time in milliseconds since 1970
   */
  public ItemChanges(
      BundleHolder bundles,
      Collection<BundleHolder> others,
      ItemStore store,
      ItemsConfig config,
      LongSupplier clockMs) {
    this.bundles = bundles;
    this.fleet = new BundleFleet(bundles, others, config.limit());
    this.store = store;
    this.config = config;
    this.clockMs = clockMs;
    this.rate = new PutRate(config.maxPutsPerSecond(), System::nanoTime);
  }

  @Override
  public synchronized LiveIndexStatus change(List<Upsert> upserts, long[] deletes) {
    long[] ids = upserts.stream().mapToLong(Upsert::id).toArray();
    try (BundleLease lease = bundles.acquire()) {
      LoadedBundle bundle = lease.bundle();
      float[] vectors = GivenVectors.of(bundle, upserts);
      DistinctIds.require("upserts", ids);
      store.index().requireRoom(DistinctIds.require("deletes", deletes), config.maxBytes());
      store.delete(deletes, ids); // the last step that may refuse the change
      try {
        if (ids.length > 0) {
          fleet.serve(() -> bundle.index().upsert(ids, vectors));
        }
      } finally {
        fleet.restoreInOthers(
            LongStream.of(ids).filter(id -> !store.index().isDeleted(id)).toArray());
        fleet.remove(deletes);
      }
      return bundle.index().status();
    }
  }

  /** Throws INVALID unless the serving bundle has the items and can take their vectors. */
  public void check(List<Upsert> upserts) {
    try (BundleLease lease = bundles.acquire()) {
      GivenVectors.of(lease.bundle(), upserts);
    }
  }

  /** Whether the server's own bundle has an item with this id. */
  boolean isOwn(long id) {
    boolean[] own = {false};
    bundles.ifServing(bundle -> own[0] = bundle.catalogue().row(id) != Catalogue.UNKNOWN);
    return own[0];
  }

  /** Takes back the deletion of an item that the server's own bundle lacks. */
  @GuardedBy("this")
  void takeBack(long id) {
    store.delete(new long[0], new long[] {id});
    fleet.restoreInOthers(new long[] {id});
  }

  @Override
  public synchronized List<ItemVerdict> put(List<PutItem> items) {
    require(items);
    rate.take(items.size());
    List<ItemVerdict> verdicts = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += TOGETHER) {
      List<PutItem> some = items.subList(from, Math.min(items.size(), from + TOGETHER));
      try {
        verdicts.addAll(putTogether(some, true));
      } catch (ServingException e) {
        if (from == 0) {
          throw e;
        }
        String reason = String.valueOf(e.getMessage());
        some.forEach(item -> verdicts.add(new ItemVerdict(item.id(), Outcome.REFUSED, reason)));
      }
    }
    return verdicts;
  }

  private void require(List<PutItem> items) {
    if (config.limit() == 0) {
      throw ServingException.invalid("items", "a server with items.limit above 0 expected, got 0");
    }
    DistinctIds.require("items", items.stream().mapToLong(PutItem::id).toArray());
  }

  /** Returns the verdicts that {@link #put} would give now, and changes no item. */
  public synchronized List<ItemVerdict> consider(List<PutItem> items) {
    require(items);
    rate.take(items.size());
    return putTogether(items, false);
  }

  /**
   * Keeps items that another server has accepted. Each bundle serves them as far as it can, now or
   * later. The rate of these puts is not bounded.
   */
  @GuardedBy("this")
  List<ItemVerdict> keep(List<PutItem> items, long nowMs) {
    try (BundleLease lease = bundles.acquire()) {
      PutPlan plan = new PutPlan(config, store, lease.bundle(), true);
      items.forEach(item -> plan.consider(item, nowMs));
      store.put(plan.kept()); // the last step that may refuse the items
      fleet.followWithAll(each -> each.serve(plan.kept()));
      return plan.verdictsAfterwards();
    }
  }

  @GuardedBy("this")
  private List<ItemVerdict> putTogether(List<PutItem> items, boolean really) {
    try (BundleLease lease = bundles.acquire()) {
      PutPlan plan = new PutPlan(config, store, lease.bundle(), false);
      long now = nowMs();
      items.forEach(item -> plan.consider(item, now));
      plan.embed();
      if (!really) {
        return plan.verdicts();
      }
      store.put(plan.kept()); // the last step that may refuse the items
      try {
        fleet.serve(plan::serve);
      } finally {
        fleet.follow(other -> other.serve(plan.kept()));
      }
      return plan.verdicts();
    }
  }

  @Override
  public synchronized List<ItemVerdict> delete(long[] ids) {
    List<ItemVerdict> verdicts = new ArrayList<>(ids.length);
    for (long id : DistinctIds.require("ids", ids)) {
      boolean there = store.index().holds(id) || (fleet.knows(id) && !store.index().isDeleted(id));
      verdicts.add(ItemVerdict.of(id, there ? Outcome.DELETED : Outcome.ABSENT));
    }
    long[] gone =
        verdicts.stream()
            .filter(verdict -> verdict.outcome() == Outcome.DELETED)
            .mapToLong(ItemVerdict::id)
            .toArray();
    remove(gone);
    return verdicts;
  }

  synchronized boolean isDeleted(long id) {
    return store.index().isDeleted(id);
  }

  @GuardedBy("this")
  void remove(long[] ids) {
    if (ids.length > 0) {
      store.index().requireRoom(ids, config.maxBytes());
      store.delete(ids, new long[0]);
      fleet.remove(ids);
    }
  }

  /** Returns the time in milliseconds since 1970. */
  long nowMs() {
    return clockMs.getAsLong();
  }

  /**
   * Removes expired items. Brings bundles that lag behind the store up to date. {@link ItemUpkeep}
   * runs this method at short intervals.
   */
  public synchronized void tidy() {
    try {
      remove(store.index().due(nowMs()));
    } finally {
      fleet.catchUp(store);
    }
  }

  /**
   * Removes the bytes of deleted items from the disk. This is slow, but changes go on meanwhile.
   */
  public void wipe() {
    store.wipe();
  }

  /** Returns the names of the serving bundle's items. */
  public ItemNames names() {
    List<LiveItems> serving = new ArrayList<>();
    bundles.ifServing(bundle -> serving.add(bundle.items()));
    return ItemNames.of(serving);
  }

  /** Returns the kept item with this id, and whether each loaded bundle serves the id. */
  public synchronized ItemStanding find(long id) {
    StoredItem stored = store.read(id).orElse(null);
    return new ItemStanding(
        stored == null ? null : stored.item(),
        fleet.places(id, stored, store.index().isDeleted(id)));
  }

  /** Returns how many items are kept, and how many of them the server's own bundle serves. */
  public ItemsStatus itemsStatus() {
    StoreIndex.Size size = store.index().size();
    int[] served = {0};
    bundles.ifServing(bundle -> served[0] = bundle.items().size());
    return new ItemsStatus(
        size.items(),
        served[0],
        config.limit(),
        size.deleted(),
        size.bytes(),
        config.maxBytes().bytes());
  }

  /**
   * Returns the status of the index of the serving bundle. If no bundle serves, all numbers are 0
   * and the recall is NaN.
   */
  public LiveIndexStatus status() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().index().status();
    } catch (ServingException e) {
      return new LiveIndexStatus(0, 0, 0, 0, false, Double.NaN, 0);
    }
  }

  /** Brings a bundle up to date and then puts it in service as the server's own bundle. */
  public void serve(LoadedBundle bundle, Runnable swap) {
    serve(bundles, bundle, swap);
  }

  /**
   * Brings a bundle's items up to date and then puts the bundle in service. No change of items
   * happens between these two steps.
   *
   * @param holder holder that the bundle is put into
   * @param swap puts the bundle in service; it must be short, because changes wait until it ends
   */
  public synchronized void serve(BundleHolder holder, LoadedBundle bundle, Runnable swap) {
    fleet.serve(holder, bundle, store, swap);
  }
}
