package io.unipin.benchmarks.server;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.database.FileTree;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.TrainingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.WarmWeights;
import io.unipin.model.files.Weights;
import io.unipin.serving.bundle.BundlePublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Bundles with random weights for benchmarks of a whole server. The bundles have a folder of their
 * own.
 *
 * @param folder folder of the bundles
 * @param size size of the model
 * @param users number of users whose state fits into the server's cache
 */
public record BenchWorld(Path folder, Size size, int users) {
  private static final int ITEM_DIM = 64;

  /** Bytes of an item's vector. */
  public static final int VECTOR_BYTES = ITEM_DIM * Float.BYTES;

  private static final int HEAP_MIB = 512;
  private static final int CONTENT = 16;
  private static final long SEED = 3;

  /** The size of the model. */
  public enum Size {
    /** The size in the published figures: 512 actions, 200 candidates, d = 256, four layers. */
    FULL(10_000, 256, 4, 4, 512, 200),
    /** A small size that loads quickly, for measurements of everything except the model. */
    SMALL(2000, 64, 2, 2, 64, 50),
    /** The small size with a large catalogue whose items have content. */
    CATALOGUE(100_000, 64, 2, 2, 64, 100);

    private final int items;
    private final int width;
    private final int layers;
    private final int heads;
    private final int history;
    private final int candidates;

    Size(int items, int width, int layers, int heads, int history, int candidates) {
      this.items = items;
      this.width = width;
      this.layers = layers;
      this.heads = heads;
      this.history = history;
      this.candidates = candidates;
    }
  }

  public static BenchWorld create(Size size, int users) throws IOException {
    return new BenchWorld(Files.createTempDirectory("unipin-load"), size, users);
  }

  public Path bundles() {
    return folder.resolve("bundles");
  }

  public int history() {
    return size.history;
  }

  public int items() {
    return size.items;
  }

  private int contentDim() {
    return size == Size.CATALOGUE ? CONTENT : 0;
  }

  /**
   * Returns an item in the form in which the world's bundles hold it; equal ids give equal items.
   */
  public CatalogueItem item(long id) {
    return item(id, contentDim());
  }

  /** Returns an item in the form in which the bundles of {@link #publishPair} hold it. */
  public static CatalogueItem itemWithContent(long id) {
    return item(id, CONTENT);
  }

  private static CatalogueItem item(long id, int contentDim) {
    Random random = new Random(id);
    float[] content = new float[contentDim];
    for (int i = 0; i < content.length; i++) {
      content[i] = (float) random.nextGaussian();
    }
    return new CatalogueItem(id, "item " + id, "", FeedLog.NO_TIME, content);
  }

  private ModelConfig shape() {
    return shape(size, size.items, contentDim());
  }

  private static ModelConfig shape(Size size, int items, int contentDim) {
    return new ModelConfig(
        items,
        contentDim,
        ITEM_DIM,
        size.width,
        size.layers,
        size.heads,
        size.heads,
        4 * size.width,
        size.history,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home"));
  }

  /** Returns the number of bytes of all users' state. */
  private long cacheBytes() {
    KvLayout layout = shape().kvLayout(KvType.FLOAT32);
    return users * layout.blockBytes(layout.capacityFor(layout.maxRows()));
  }

  /** Returns the settings of a server whose cache has room for all users' state. */
  public List<String> settings() {
    return List.of("retrieval.candidates=" + size.candidates, "cache.budget=" + cacheBytes() + "B");
  }

  /**
   * Returns JVM options. The options fix the size of the heap, so that the heap can't make the
   * process's memory grow.
   */
  String javaOptions() {
    return "-Xms%dm -Xmx%dm -XX:+AlwaysPreTouch".formatted(HEAP_MIB, HEAP_MIB);
  }

  public void publish(String... names) throws IOException {
    Files.createDirectories(bundles());
    List<CatalogueItem> items = IntStream.range(0, size.items).mapToObj(this::item).toList();
    for (String name : names) {
      Path model = folder.resolve("model-" + name);
      if (contentDim() == 0) {
        ModelWriter.writeRandom(model, shape(), name.hashCode());
      } else {
        write(shape(), Weights.random(shape(), name.hashCode()), items, model);
      }
      BundlePublisher.publish(model, Catalogue.of(items), "HNSW32", bundles().resolve(name));
    }
  }

  /**
   * Publishes two bundles with exact indexes as subfolders of {@code folder}. In the bundle
   * {@code whole} the id rows of the newest items are zeros. The bundle {@code lesser} lacks these
   * items. In all else, the two bundles are equal.
   */
  public static void publishPair(Path folder, int known, int newest) throws IOException {
    Files.createDirectories(folder);
    List<CatalogueItem> items =
        IntStream.range(0, known + newest).mapToObj(BenchWorld::itemWithContent).toList();
    Path whole = folder.resolve("model-whole");
    boolean[] unlearned = new boolean[items.size()];
    Arrays.fill(unlearned, known, items.size(), true);
    ModelConfig all = shape(Size.SMALL, items.size(), CONTENT);
    write(all, Weights.random(all, SEED).withoutIds(unlearned), items, whole);
    Path lesser = folder.resolve("model-lesser");
    int[] rows = IntStream.range(0, known).toArray();
    ModelConfig some = shape(Size.SMALL, known, CONTENT);
    write(some, WarmWeights.of(some, SEED, whole, rows), items.subList(0, known), lesser);
    BundlePublisher.publish(whole, Catalogue.of(items), "exact", folder.resolve("whole"));
    BundlePublisher.publish(
        lesser, Catalogue.of(items.subList(0, known)), "exact", folder.resolve("lesser"));
  }

  private static void write(
      ModelConfig config, Weights weights, List<CatalogueItem> items, Path folder) {
    // the last row is the unknown item's and stays zero
    float[] content = new float[(items.size() + 1) * CONTENT];
    for (int row = 0; row < items.size(); row++) {
      System.arraycopy(items.get(row).content(), 0, content, row * CONTENT, CONTENT);
    }
    try (TrainingModel model = TrainingModel.of(config, weights, EngineOptions.cpu())) {
      model.write(folder, content);
    }
  }

  public void delete() throws IOException {
    FileTree.delete(folder);
  }
}
