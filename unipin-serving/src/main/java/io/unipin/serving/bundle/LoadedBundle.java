package io.unipin.serving.bundle;

import io.unipin.ann.AnnIndex;
import io.unipin.data.Catalogue;
import io.unipin.model.ServingModel;
import java.time.Instant;

/**
 * A bundle in memory: model, catalogue and index of one version. Row r of the catalogue is item r of the model.
 *
 * <p>Immutable and thread-safe.
 */
public final class LoadedBundle implements AutoCloseable {
  private final String name;
  private final String indexVersion;
  private final ServingModel model;
  private final Catalogue catalogue;
  private final AnnIndex index;
  private final Instant loadedAt = Instant.now();

  /**
   * Takes over a model and an index.
   *
   * @param indexVersion tells this index from others
   * @throws BundleException when the parts do not fit each other
   */
  public LoadedBundle(
      String name, String indexVersion, ServingModel model, Catalogue catalogue, AnnIndex index) {
    this.name = name;
    this.indexVersion = indexVersion;
    this.model = model;
    this.catalogue = catalogue;
    this.index = index;
    requireEqual("items of model and catalogue", model.config().items(), catalogue.size());
    requireEqual("items of model and index", model.config().items(), index.size());
    requireEqual("dimensions of model and index", model.config().itemDim(), index.dimension());
  }

  private void requireEqual(String what, int expected, int got) {
    if (expected != got) {
      throw new BundleException(
          "bundle %s: equal %s expected, got %d and %d".formatted(name, what, expected, got));
    }
  }

  public String name() {
    return name;
  }

  public String indexVersion() {
    return indexVersion;
  }

  public Instant loadedAt() {
    return loadedAt;
  }

  public ServingModel model() {
    return model;
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  public AnnIndex index() {
    return index;
  }

  /** Idempotent. No call of the model may be under way. */
  @Override
  public void close() {
    index.close();
    model.close();
  }
}
