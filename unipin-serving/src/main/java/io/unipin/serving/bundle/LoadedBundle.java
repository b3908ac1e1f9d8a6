package io.unipin.serving.bundle;

import io.unipin.ann.AnnIndex;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissIndex;
import io.unipin.ann.LiveIndex;
import io.unipin.ann.LiveIndexConfig;
import io.unipin.ann.VectorTable;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.Precision;
import io.unipin.model.ServingModel;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.FollowTable;
import io.unipin.prerank.PreRank;
import io.unipin.serving.items.live.LiveItem;
import io.unipin.serving.items.live.LiveItems;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bundle in memory: the model, catalogue and index of one version. Row r of the catalogue is item
 * r of the model. The rows of live items follow, in slots of the model.
 *
 * <p>Thread-safe. Immutable except for the index, the live items and the tables of counts.
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
  private final LiveItems items;
  private final List<GoldenQuery> golden;
  private final TrainedParts trained;

  private volatile CountedParts counted;

  /** The buckets of attributes that training saw; never changed. */
  private final BitSet learnedBuckets;

  private final Instant loadedAt = Instant.now();

  /** The range that {@link #contents} returns; null until it is first needed. */
  private volatile @Nullable ContentRange contents;

  /**
   * Takes ownership of a model and an index.
   *
   * @param indexVersion version that identifies the index
   * @param trained the parts that training fitted
   * @throws BundleException when the parts do not fit together
   */
  LoadedBundle(
      String name,
      String indexVersion,
      ServingModel model,
      Catalogue catalogue,
      AnnIndex index,
      List<GoldenQuery> golden,
      TrainedParts trained) {
    this.name = name;
    this.golden = List.copyOf(golden);
    this.trained = trained;
    this.indexVersion = indexVersion;
    this.model = model;
    this.catalogue = catalogue;
    this.learnedBuckets = model.learnedBuckets();
    this.filters = new CatalogueFilters(catalogue);
    requireEqual("items of model and catalogue", model.config().items(), catalogue.size());
    requireEqual("items of model and index", model.config().items(), index.size());
    requireEqual("dimensions of model and index", model.config().itemDim(), index.dimension());
    String factory = index instanceof FaissIndex ? index.description() : LiveIndexConfig.EXACT;
    this.index = LiveIndex.over(index, vectors(model), LiveIndexConfig.of(factory));
    this.items = new LiveItems(catalogue, model.liveLimit());
    this.counted = trained.counted(name, catalogue, trained.counts());
  }

  /**
   * The parts that read tables of counts. Both read the same tables.
   *
   * @param ranking tables of counts by which the bundle ranks; null if it has none
   * @param preRank the rule of pre-ranking; null if training fitted none
   */
  public record CountedParts(@Nullable CountedRanking ranking, @Nullable PreRank preRank) {}

  private void requireEqual(String what, int expected, int got) {
    if (expected != got) {
      throw new BundleException(
          "bundle %s: equal %s expected, got %s and %s".formatted(name, what, expected, got));
    }
  }

  /** Returns the item embeddings by row. The table reads from the model's memory. */
  static VectorTable vectors(ServingModel model) {
    return VectorTable.of(model.itemTable(), model.config().itemDim());
  }

  /**
   * Creates an exact index with the bundle's own vectors. The index holds all of the bundle's
   * items, including deleted items.
   */
  public AnnIndex exactIndex() {
    return ExactIndex.over(vectors(model), BundlePublisher.ids(catalogue));
  }

  public String name() {
    return name;
  }

  public String indexVersion() {
    return indexVersion;
  }

  /**
   * Returns the first digits of the model's fingerprint. The fingerprint identifies the model's
   * weights, program and precision.
   */
  public String modelVersion() {
    String fingerprint = model.fingerprint();
    return fingerprint.substring(0, Math.min(MODEL_VERSION_LENGTH, fingerprint.length()));
  }

  /**
   * Asks the golden queries of the bundle. A bundle of an old format has no golden queries and
   * passes.
   *
   * @param cache cache from which the check borrows one transient block for the histories of the
   *     queries
   * @param type type of keys and values that the bundle will serve with
   * @param precision precision with which the model was loaded
   * @throws BundleException when an answer differs from the one that the bundle's maker computed
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

  /**
   * Returns the weights that training fitted for ordering a page; empty if training fitted none.
   */
  public Optional<PageOrder> pageOrder() {
    return Optional.ofNullable(trained.pageOrder());
  }

  /** Returns the parts that read tables of counts, as they are now. */
  public CountedParts counted() {
    return counted;
  }

  /** Returns the rule of pre-ranking, as it is now; empty if training fitted none. */
  public Optional<PreRank> preRank() {
    return Optional.ofNullable(counted.preRank());
  }

  /**
   * Returns the table of the items that often follow each item; empty if the bundle has no such
   * table.
   */
  public Optional<FollowTable> follows() {
    return Optional.ofNullable(trained.preRanking()).map(files -> files.tables().follows());
  }

  /** Returns the tables of counts of the bundle's own files; empty if the bundle has none. */
  public Optional<CountedRanking> ownCounts() {
    return Optional.ofNullable(trained.counts());
  }

  /**
   * Returns the tables of counts by which the bundle ranks now: the bundle's own tables, or newer
   * tables that replaced them. Empty if the bundle has no counts.
   */
  public Optional<CountedRanking> counts() {
    return Optional.ofNullable(counted.ranking());
  }

  /** Returns the generation of the tables by which the bundle ranks now; empty without counts. */
  public String countsGeneration() {
    return counts().map(found -> found.tables().generation()).orElse("");
  }

  /**
   * Replaces the tables of counts, for ranking and for pre-ranking. Requests that already use the
   * old tables go on with them.
   */
  public void countBy(CountedRanking newer) {
    counted = trained.counted(name, catalogue, newer);
  }

  /** Returns the filters on the categories and ages of the bundle's items. */
  public CatalogueFilters filters() {
    return filters;
  }

  /**
   * Returns the range of the Euclidean lengths of the content vectors of the bundle's items. The
   * first call computes it, because a bundle without live items does not need it.
   */
  public ContentRange contents() {
    ContentRange known = contents;
    if (known == null) {
      known = ContentRange.of(catalogue); // threads that call at the same time compute equal ranges
      contents = known;
    }
    return known;
  }

  /** Whether training saw one of these buckets of attributes. */
  public boolean knowsAttributeOf(int[] buckets) {
    return Arrays.stream(buckets).anyMatch(learnedBuckets::get);
  }

  /** Returns the bundle's own items and its live items. */
  public LiveItems items() {
    return items;
  }

  /**
   * Adds live items, or replaces live items of equal ids. Every search that begins after this
   * method returns finds the added items.
   *
   * @param added at most {@link LiveItems#available} items, with distinct ids that the bundle's
   *     catalogue does not have
   * @param rows (added, itemDim + contentPath) values that {@link ServingModel#embed} returned for
   *     the items
   */
  public void add(List<LiveItem> added, float[] rows) {
    int dimension = model.config().itemDim();
    int length = dimension + model.config().contentPath();
    int[] slots = items.reserve(added.size());
    float[] vectors = new float[slots.length * dimension];
    boolean written = false;
    try {
      for (int i = 0; i < slots.length; i++) {
        model.writeLive(slots[i], Arrays.copyOfRange(rows, i * length, (i + 1) * length));
        System.arraycopy(rows, i * length, vectors, i * dimension, dimension);
      }
      written = true;
    } finally {
      if (!written) {
        items.giveBack(slots);
      }
    }
    items.add(added, slots);
    index.upsert(added.stream().mapToLong(LiveItem::id).toArray(), vectors);
  }

  /**
   * Removes items from the index, whether they are live or the bundle's own. Live items are
   * unknown from then on. Ignores ids that the bundle does not serve.
   *
   * @param ids distinct item ids
   */
  public void remove(long[] ids) {
    if (ids.length > 0) {
      index.delete(ids);
      items.remove(ids);
    }
  }

  /** Returns the index. Changes of the index are lost when the bundle is closed. */
  public LiveIndex index() {
    return index;
  }

  /** Closes the model and the index. No call of the model may be running. Idempotent. */
  @Override
  public void close() {
    index.close();
    model.close();
  }
}
