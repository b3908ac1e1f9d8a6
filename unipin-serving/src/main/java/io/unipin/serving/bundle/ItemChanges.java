package io.unipin.serving.bundle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.feedlog.Catalogue;
import io.unipin.serving.failure.ServingException;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Changes of what can be found, while serving. What was deleted stays deleted when another bundle comes; a vector belongs to the
 * bundle it was given for, since another model has other vectors.
 *
 * <p>So a bundle that serves has all of its items, under its own vectors or those given for it, but the deleted ones: also one that was
 * kept for a roll-back while items came and went. No change comes between the moment a bundle is brought up to the list and the
 * moment it serves.
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
   * Changes the items of all these bundles.
   *
   * @param bundles what most users are served from; vectors are meant for it
   * @param others that serve beside it, as far as they serve; they get items back under their own vectors
   */
  public ItemChanges(BundleHolder bundles, Collection<BundleHolder> others) {
    this.bundles = bundles;
    this.others = others;
  }

  /**
   * An item to be found under a vector.
   *
   * @param vector of the bundle's dimension; none stands for the one that the bundle has
   */
  public record Upsert(long id, List<Float> vector) {}

  /** Adds and takes away, all or nothing. Every search that begins after this returns sees it. */
  public synchronized LiveIndexStatus change(List<Upsert> upserts, long[] deletes) {
    LiveIndexStatus status;
    try (BundleLease lease = bundles.acquire()) {
      LoadedBundle bundle = lease.bundle();
      long[] ids = upserts.stream().mapToLong(Upsert::id).toArray();
      float[] vectors = vectors(bundle, upserts);
      if (ids.length > 0) {
        bundle.index().upsert(ids, vectors); // the last that may be refused
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

  /** Of the index that serves; nothing, and a recall of NaN, when none does. */
  public LiveIndexStatus status() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().index().status();
    } catch (ServingException e) {
      return new LiveIndexStatus(0, 0, 0, 0, false, Double.NaN, 0);
    }
  }

  /**
   * Brings a bundle's index up to the list, then does what puts the bundle in service, with no change in between.
   *
   * @param swap to be short: changes wait for it
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

  /** Gives a bundle those of its items back that it does not hold. */
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
