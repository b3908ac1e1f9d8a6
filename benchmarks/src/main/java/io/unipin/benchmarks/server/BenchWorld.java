package io.unipin.benchmarks.server;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.database.FileTree;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.BundlePublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Bundles with random weights for benchmarks of a whole server, below a folder of their own.
 *
 * @param folder folder of the bundles
 * @param size size of the model
 * @param users number of users whose state fits into the server's cache
 */
public record BenchWorld(Path folder, Size size, int users) {
  private static final int HEAP_MIB = 512;

  /** The size of the model. */
  public enum Size {
    /** The size in the published figures: 512 actions, 200 candidates, d = 256, four layers. */
    FULL(10_000, 256, 4, 4, 512, 200),
    /** A small size that loads quickly, for measurements of everything around the model. */
    SMALL(2000, 64, 2, 2, 64, 50);

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

  Path bundles() {
    return folder.resolve("bundles");
  }

  public int history() {
    return size.history;
  }

  int items() {
    return size.items;
  }

  int candidates() {
    return size.candidates;
  }

  private ModelConfig shape() {
    return new ModelConfig(
        size.items,
        0,
        64,
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
  long cacheBytes() {
    KvLayout layout = shape().kvLayout(KvType.FLOAT32);
    return users * layout.blockBytes(layout.capacityFor(layout.maxRows()));
  }

  /**
   * Returns JVM options with a heap of fixed size, so that the heap cannot cause a growth of the
   * process's memory.
   */
  String javaOptions() {
    return "-Xms%dm -Xmx%dm -XX:+AlwaysPreTouch".formatted(HEAP_MIB, HEAP_MIB);
  }

  public void publish(String... names) throws IOException {
    Files.createDirectories(bundles());
    List<CatalogueItem> items =
        IntStream.range(0, size.items)
            .mapToObj(i -> new CatalogueItem(i, "item " + i, "", FeedLog.NO_TIME, new float[0]))
            .toList();
    for (String name : names) {
      Path model = folder.resolve("model-" + name);
      ModelWriter.writeRandom(model, shape(), name.hashCode());
      BundlePublisher.publish(model, Catalogue.of(items), "HNSW32", bundles().resolve(name));
    }
  }

  public void delete() throws IOException {
    FileTree.delete(folder);
  }
}
