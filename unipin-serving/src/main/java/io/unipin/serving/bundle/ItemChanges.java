package io.unipin.serving.bundle;

import io.unipin.ann.LiveIndex;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.serving.ServingException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Changes of what can be found, while serving. What was deleted stays deleted when another bundle comes; a vector belongs to the
 * bundle it was given for, since another model has other vectors.
 *
 * <p>Thread-safe.
 */
public final class ItemChanges {
  private final BundleHolder bundles;
  private final Collection<BundleHolder> others;
  private final Set<Long> deleted = ConcurrentHashMap.newKeySet();

  /**
   * Changes the items of all these bundles.
   *
   * @param bundles what most users are served from; vectors are meant for it
   * @param others that serve beside it; they get items back under their own vectors
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
  public LiveIndexStatus change(List<Upsert> upserts, long[] deletes) {
    try (BundleLease lease = bundles.acquire()) {
      LoadedBundle bundle = lease.bundle();
      long[] ids = upserts.stream().mapToLong(Upsert::id).toArray();
      float[] vectors = vectors(bundle, upserts);
      for (Upsert upsert : upserts) {
        deleted.remove(upsert.id());
      }
      for (long id : deletes) {
        deleted.add(id);
      }
      if (ids.length > 0) {
        bundle.index().upsert(ids, vectors);
      }
      bundle.index().delete(deletes);
    }
    for (BundleHolder other : others) {
      try (BundleLease lease = other.acquire()) {
        applyTo(lease.bundle());
        restore(lease.bundle(), upserts);
      }
    }
    // A swap in between brought an index that had seen an older list.
    try (BundleLease lease = bundles.acquire()) {
      applyTo(lease.bundle());
      return lease.bundle().index().status();
    }
  }

  /** Of the index that serves; nothing, and a recall of NaN, when none does. */
  public LiveIndexStatus status() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().index().status();
    } catch (ServingException e) {
      return new LiveIndexStatus(0, 0, 0, 0, false, Double.NaN, 0);
    }
  }

  /** Takes from a bundle what was deleted under an earlier one. */
  public void applyTo(LoadedBundle bundle) {
    LiveIndex index = bundle.index();
    index.delete(deleted.stream().mapToLong(Long::longValue).toArray());
  }

  private static void restore(LoadedBundle bundle, List<Upsert> upserts) {
    List<Upsert> back =
        upserts.stream()
            .filter(upsert -> !bundle.index().holds(upsert.id()))
            .filter(upsert -> bundle.catalogue().row(upsert.id()) >= 0)
            .map(upsert -> new Upsert(upsert.id(), List.of()))
            .toList();
    if (!back.isEmpty()) {
      long[] ids = back.stream().mapToLong(Upsert::id).toArray();
      bundle.index().upsert(ids, vectors(bundle, back));
    }
  }

  private static float[] vectors(LoadedBundle bundle, List<Upsert> upserts) {
    int dimension = bundle.index().dimension();
    float[] own = upserts.isEmpty() ? new float[0] : bundle.model().itemVectors();
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
        System.arraycopy(own, row * dimension, vectors, i * dimension, dimension);
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
