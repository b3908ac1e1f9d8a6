package io.unipin.serving.items;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.live.LiveItems;
import io.unipin.serving.keys.ItemNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Adds and removes items while bundles serve.
 *
 * <p>The store keeps what callers put and what they deleted. Every bundle is brought to the state
 * of the store before it starts to serve, and follows it while it serves:
 *
 * <ul>
 *   <li>Items that callers put are served by each bundle that does not know them and whose tower
 *       can embed them.
 *   <li>Deleted items are served by no bundle, until they are put or restored.
 *   <li>A vector given to {@link #change} is used only in the bundle for which it was given,
 *       because each model has its own vectors. It is gone when that bundle is loaded again.
 * </ul>
 *
 * <p>This also holds for a bundle that was kept for a roll-back while items changed. No change
 * happens between the moment a bundle is brought up to date and the moment it serves.
 *
 * <p>Thread-safe.
 */
public final class ItemChanges {
  /** Number of items of a call that are stored together. */
  private static final int TOGETHER = 1000;

  private final BundleHolder bundles;
  private final ItemsConfig config;
  private final LongSupplier clockMs;

  /** Changed and read under the lock of this object, except for its size. */
  private final ItemStore store;

  @GuardedBy("this")
  private final PutRate rate;

  @GuardedBy("this")
  private final BundleFleet fleet;

  /**
   * Creates the changes of all given bundles.
   *
   * @param bundles holds the bundle that serves most users; verdicts are about this bundle
   * @param others hold other bundles that may serve
   * @param clockMs returns the time in milliseconds since the epoch
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

  /**
   * An item of the bundle to add, with its vector.
   *
   * @param vector vector of the bundle's dimension; empty for the vector that the bundle has
   */
  public record Upsert(long id, List<Float> vector) {}

  /**
   * Adds items that the serving bundle knows, and deletes items as {@link #delete} does. Either all
   * or none. Every search that begins after the return sees the change.
   */
  public synchronized LiveIndexStatus change(List<Upsert> upserts, long[] deletes) {
    LiveIndexStatus status;
    long[] ids = upserts.stream().mapToLong(Upsert::id).toArray();
    try (BundleLease lease = bundles.acquire()) {
      LoadedBundle bundle = lease.bundle();
      float[] vectors = GivenVectors.of(bundle, upserts);
      requireRoom(distinct("deletes", deletes));
      store.delete(deletes, distinct("upserts", ids)); // the last step that may refuse the change
      if (ids.length > 0) {
        bundle.index().upsert(ids, vectors);
      }
      fleet.each(each -> each.remove(deletes));
      status = bundle.index().status();
    }
    long[] back = LongStream.of(ids).filter(id -> !store.index().isDeleted(id)).toArray();
    fleet.restoreInOthers(back);
    return status;
  }

  private static long[] distinct(String field, long[] ids) {
    Set<Long> seen = new HashSet<>();
    for (long id : ids) {
      if (!seen.add(id)) {
        throw ServingException.invalid(field, "every item once expected, got " + id + " again");
      }
    }
    return ids;
  }

  /** Refuses more deleted ids than there is room for, unless their items make room. */
  @GuardedBy("this")
  private void requireRoom(long[] deletes) {
    StoreIndex index = store.index();
    boolean full = index.size().bytes() >= config.maxBytes().bytes();
    for (long id : deletes) {
      if (full && !index.holds(id) && !index.isDeleted(id)) {
        throw new ServingException(
            FailureKind.OVERLOADED,
            "at most %s of items and deleted ids expected (items.maxBytes), got one more id"
                .formatted(config.maxBytes()));
      }
    }
  }

  /**
   * Adds or replaces items. An item's old values are served until the new ones are. A put takes an
   * earlier deletion of the id back.
   *
   * <p>Everything that this returns as kept is on the disk. Every search that begins after the
   * return finds the items that are served.
   *
   * @return one verdict per item, in the order of the items
   * @throws ServingException when no item was looked at: INVALID for an id that stands twice,
   *     OVERLOADED for more items than {@link ItemsConfig#maxPutsPerSecond} allows now,
   *     UNAVAILABLE when the store's disk is full. Nothing has changed then.
   */
  public synchronized List<ItemVerdict> put(List<PutItem> items) {
    if (config.limit() == 0) {
      throw ServingException.invalid("items", "a server with items.limit above 0 expected, got 0");
    }
    distinct("items", items.stream().mapToLong(PutItem::id).toArray());
    rate.take(items.size());
    List<ItemVerdict> verdicts = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += TOGETHER) {
      List<PutItem> some = items.subList(from, Math.min(items.size(), from + TOGETHER));
      try {
        verdicts.addAll(putTogether(some));
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

  @GuardedBy("this")
  private List<ItemVerdict> putTogether(List<PutItem> items) {
    try (BundleLease lease = bundles.acquire()) {
      PutPlan plan = new PutPlan(config, store, lease.bundle());
      long now = clockMs.getAsLong();
      items.forEach(item -> plan.consider(item, now));
      plan.embed();
      store.put(plan.kept()); // the last step that may refuse the items
      fleet.serve(plan::serve);
      fleet.follow(other -> other.serve(plan.kept()));
      return plan.verdicts();
    }
  }

  /**
   * Deletes items, whether callers put them or bundles have them. No search that begins after the
   * return finds them, in no bundle and after no restart. Deleting an item again changes nothing.
   *
   * <p>The texts of a deleted item are off the disk soon after the return.
   *
   * @param ids distinct ids
   * @return one verdict per id, in the order of the ids: DELETED or ABSENT
   */
  public synchronized List<ItemVerdict> delete(long[] ids) {
    List<ItemVerdict> verdicts = new ArrayList<>(ids.length);
    for (long id : distinct("ids", ids)) {
      boolean there = store.index().holds(id) || (fleet.knows(id) && !store.index().isDeleted(id));
      verdicts.add(ItemVerdict.of(id, there ? Outcome.DELETED : Outcome.ABSENT));
    }
    long[] gone =
        verdicts.stream()
            .filter(verdict -> verdict.outcome() == Outcome.DELETED)
            .mapToLong(ItemVerdict::id)
            .toArray();
    requireRoom(gone);
    remove(gone);
    return verdicts;
  }

  @GuardedBy("this")
  private void remove(long[] ids) {
    if (ids.length > 0) {
      store.delete(ids, new long[0]);
      fleet.each(bundle -> bundle.remove(ids));
    }
  }

  /**
   * Removes items that have expired, and lets bundles follow the store that could not at once. To
   * be called at short intervals.
   */
  public synchronized void tidy() {
    remove(store.index().due(clockMs.getAsLong()));
    fleet.catchUp(store);
  }

  /** Removes the bytes of deleted items from the disk. Slow, but changes go on meanwhile. */
  public void wipe() {
    store.wipe();
  }

  /** Returns the names of the serving bundle's items. */
  public ItemNames names() {
    List<LiveItems> serving = new ArrayList<>();
    bundles.ifServing(bundle -> serving.add(bundle.items()));
    return ItemNames.of(serving);
  }

  /** Returns the kept item of an id, and what each loaded bundle does with the id. */
  public synchronized ItemStanding find(long id) {
    StoredItem stored = store.read(id).orElse(null);
    return new ItemStanding(
        stored == null ? null : stored.item(),
        fleet.places(id, stored, store.index().isDeleted(id)));
  }

  /** Returns how many items are kept and served. */
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
   * Returns the status of the serving index. When none serves, all numbers are 0 and the recall is
   * NaN.
   */
  public LiveIndexStatus status() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().index().status();
    } catch (ServingException e) {
      return new LiveIndexStatus(0, 0, 0, 0, false, Double.NaN, 0);
    }
  }

  /** Brings a bundle up to date and then puts it in the server's own service. */
  public void serve(LoadedBundle bundle, Runnable swap) {
    serve(bundles, bundle, swap);
  }

  /**
   * Brings a bundle's items up to date and then puts the bundle in service. No change happens in
   * between.
   *
   * @param holder holder that the bundle is put into
   * @param swap puts the bundle in service; it must be short, because changes wait for it
   */
  public synchronized void serve(BundleHolder holder, LoadedBundle bundle, Runnable swap) {
    fleet.serve(holder, bundle, store, swap);
  }
}
