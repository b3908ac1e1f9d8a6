package io.unipin.serving.items;

import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemWriter.Upsert;
import java.nio.FloatBuffer;
import java.util.List;

/** Checks the vectors that a caller gives for items of a bundle. */
final class GivenVectors {
  private GivenVectors() {}

  /**
   * Returns one vector per item, (upserts, itemDim). The vector is the given vector, or the
   * bundle's own vector if none is given.
   */
  static float[] of(LoadedBundle bundle, List<Upsert> upserts) {
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
