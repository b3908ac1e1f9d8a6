package io.unipin.serving.bundle;

import io.unipin.ann.AnnIndex;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissIndex;
import io.unipin.ann.LiveIndex;
import io.unipin.ann.LiveIndexConfig;
import io.unipin.ann.VectorTable;
import io.unipin.feedlog.Catalogue;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.Precision;
import io.unipin.model.ServingModel;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bundle in memory: model, catalogue and index of one version. Row r of the catalogue is item r of the model.
 *
 * <p>Thread-safe, and immutable but for the index.
 */
public final class LoadedBundle implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LoadedBundle.class);
  static final int MODEL_VERSION_LENGTH = 12;

  private final String name;
  private final String indexVersion;
  private final ServingModel model;
  private final Catalogue catalogue;
  private final CatalogueFilters filters;
  private final LiveIndex index;
  private final List<GoldenQuery> golden;
  private final Instant loadedAt = Instant.now();

  /**
   * Takes over a model and an index.
   *
   * @param indexVersion tells this index from others
   * @throws BundleException when the parts do not fit each other
   */
  LoadedBundle(
      String name,
      String indexVersion,
      ServingModel model,
      Catalogue catalogue,
      AnnIndex index,
      List<GoldenQuery> golden) {
    this.name = name;
    this.golden = List.copyOf(golden);
    this.indexVersion = indexVersion;
    this.model = model;
    this.catalogue = catalogue;
    this.filters = new CatalogueFilters(catalogue);
    requireEqual("items of model and catalogue", model.config().items(), catalogue.size());
    requireEqual("items of model and index", model.config().items(), index.size());
    requireEqual("dimensions of model and index", model.config().itemDim(), index.dimension());
    String factory = index instanceof FaissIndex ? index.description() : LiveIndexConfig.EXACT;
    this.index = LiveIndex.over(index, vectors(model), LiveIndexConfig.of(factory));
  }

  private void requireEqual(String what, int expected, int got) {
    if (expected != got) {
      throw new BundleException(
          "bundle %s: equal %s expected, got %s and %s".formatted(name, what, expected, got));
    }
  }

  /** Embeddings of the items by row, where the model has them. */
  static VectorTable vectors(ServingModel model) {
    return VectorTable.of(model.itemTable(), model.config().itemDim());
  }

  /** An exact index over all of the bundle's items, also those that were taken away, under the bundle's vectors. */
  public AnnIndex exactIndex() {
    return ExactIndex.over(vectors(model), BundlePublisher.ids(catalogue));
  }

  public String name() {
    return name;
  }

  public String indexVersion() {
    return indexVersion;
  }

  /** The beginning of the model's fingerprint: tells its weights, program and precision from others. */
  public String modelVersion() {
    String fingerprint = model.fingerprint();
    return fingerprint.substring(0, Math.min(MODEL_VERSION_LENGTH, fingerprint.length()));
  }

  /**
   * Asks the golden queries that came with the bundle; a bundle of before their time has none and passes.
   *
   * @param cache lends a block of its transient budget
   * @param type of keys and values where the bundle is to serve
   * @param precision that its model was loaded with
   * @throws BundleException when an answer is not what it was where the bundle was made
   */
  public void selfCheck(UserKvCache cache, KvType type, Precision precision) {
    if (golden.isEmpty()) {
      logger.warn("bundle {} has no golden queries: its answers were not checked", name);
    }
    new GoldenCheck(this, cache, type, precision).run(golden);
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

  /** What requests ask of the items they get. */
  public CatalogueFilters filters() {
    return filters;
  }

  /** Takes changes of what can be found; they end with the bundle. */
  public LiveIndex index() {
    return index;
  }

  /** Idempotent. No call of the model may be under way. */
  @Override
  public void close() {
    index.close();
    model.close();
  }
}
