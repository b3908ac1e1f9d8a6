package io.unipin.serving.items;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.feedlog.Catalogue;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Adds and removes items while bundles serve.
 *
 * <p>Deleted items stay deleted when another bundle starts to serve. A given vector is used only in
 * the bundle for which it was given, because each model has its own vectors.
 *
 * <p>So a serving bundle has all of its items except the deleted ones. Each item has the bundle's
 * own vector or the vector given for that bundle. This also holds for a bundle that was kept for a
 * roll-back while items changed.
 *
 * <p>No change happens between the moment a bundle is brought up to date and the moment it serves.
 *
 * <p>Thread-safe.
 */
public final class ItemChanges {
  private static final int BATCH = 10_000;

  private final BundleHolder bundles;
  private final Collection<BundleHolder> others;

  @GuardedBy("this")
  private final Set<Long> deleted = new HashSet<>();

  /**
   * Creates a list of changes for all given bundles.
   *
   * @param bundles holds the bundle that serves most users; given vectors belong to it
   * @param others hold other bundles that may serve; added items get these bundles' own vectors
   */
  public ItemChanges(BundleHolder bundles, Collection<BundleHolder> others) {
    this.bundles = bundles;
    this.others = others;
  }

  /**
   * An item to add, with its vector.
   *
   * @param vector vector of the bundle's dimension; empty for the vector that the bundle has
   */
  public record Upsert(long id, List<Float> vector) {}

  /**
   * Adds and removes items, either all or none. Every search that begins after the return sees the
   * change.
   */
  public synchronized LiveIndexStatus change(List<Upsert> upserts, long[] deletes) {
    LiveIndexStatus status;
    try (BundleLease lease = bundles.acquire()) {
      LoadedBundle bundle = lease.bundle();
      long[] ids = upserts.stream().mapToLong(Upsert::id).toArray();
      float[] vectors = vectors(bundle, upserts);
      if (ids.length > 0) {
        bundle.index().upsert(ids, vectors); // the last step that may fail
      }
      for (long id : ids) {
        deleted.remove(id);
      }
      for (long id : deletes) {
        deleted.add(id);
      }
      bundle.index().delete(deletes);
      status = bundle.index().status();
    }
    Set<Long> away = deleted;
    long[] back = upserts.stream().mapToLong(Upsert::id).filter(id -> !away.contains(id)).toArray();
    for (BundleHolder other : others) {
      other.ifServing(
          bundle -> {
            bundle.index().delete(deletes);
            restore(bundle, back);
          });
    }
    return status;
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
    throw new ServingException(FailureKind.UNAVAILABLE, "this server takes no items");
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
    throw new ServingException(FailureKind.UNAVAILABLE, "this server takes no items");
  }

  /** Returns how many items are kept and served. */
  public ItemsStatus itemsStatus() {
    return new ItemsStatus(0, 0, 0, 0, 0, 0);
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

  /**
   * Brings a bundle's index up to date and then puts the bundle in service. No change happens in
   * between.
   *
   * @param swap puts the bundle in service; it must be short, because changes wait for it
   */
  public synchronized void serve(LoadedBundle bundle, Runnable swap) {
    settle(bundle);
    swap.run();
  }

  @GuardedBy("this")
  private void settle(LoadedBundle bundle) {
    Catalogue catalogue = bundle.catalogue();
    bundle.index().delete(deleted.stream().mapToLong(Long::longValue).toArray());
    Set<Long> away = deleted;
    long gone = away.stream().filter(id -> catalogue.row(id) >= 0).count();
    for (int from = 0; bundle.index().size() < catalogue.size() - gone; from += BATCH) {
      long[] ids =
          IntStream.range(from, Math.min(catalogue.size(), from + BATCH))
              .mapToLong(catalogue::id)
              .filter(id -> !away.contains(id))
              .toArray();
      restore(bundle, ids);
    }
  }

  /** Adds those of the bundle's items that its index lacks, with the bundle's own vectors. */
  private static void restore(LoadedBundle bundle, long[] ids) {
    long[] known =
        LongStream.of(ids).filter(id -> bundle.catalogue().row(id) >= 0).distinct().toArray();
    long[] back = bundle.index().missing(known);
    if (back.length > 0) {
      List<Upsert> upserts = LongStream.of(back).mapToObj(id -> new Upsert(id, List.of())).toList();
      bundle.index().upsert(back, vectors(bundle, upserts));
    }
  }

  private static float[] vectors(LoadedBundle bundle, List<Upsert> upserts) {
    int dimension = bundle.index().dimension();
    FloatBuffer own = bundle.model().itemTable();
    float[] vectors = new float[Math.multiplyExact(upserts.size(), dimension)];
    for (int i = 0; i < upserts.size(); i++) {
      Upsert upsert = upserts.get(i);
      String field = "upserts[" + i + "]";
      int row = bundle.catalogue().row(upsert.id());
      if (row < 0) {
        throw ServingException.invalid(
            field + ".id", "an item of bundle " + bundle.name() + " expected, got " + upsert.id());
      }
      if (upsert.vector().isEmpty()) {
        own.get(row * dimension, vectors, i * dimension, dimension);
      } else {
        copy(upsert.vector(), field, vectors, i * dimension, dimension);
      }
    }
    return vectors;
  }

  private static void copy(List<Float> vector, String field, float[] to, int from, int dimension) {
    if (vector.size() != dimension) {
      throw ServingException.invalid(
          field + ".vector", "dimension " + dimension + " expected, got " + vector.size());
    }
    for (int i = 0; i < dimension; i++) {
      if (!Float.isFinite(vector.get(i))) {
        throw ServingException.invalid(
            field + ".vector", "finite components expected, got " + vector.get(i));
      }
      to[from + i] = vector.get(i);
    }
  }
}
