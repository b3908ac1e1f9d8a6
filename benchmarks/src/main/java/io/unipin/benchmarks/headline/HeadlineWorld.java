package io.unipin.benchmarks.headline;

import io.unipin.benchmarks.measure.Flops;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
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
 * The data that all sides share: two bundles of equal shape with random weights and the same kind
 * of index.
 *
 * <p>The shape is d = 256, four layers, four heads, feed-forward 4d, over 100,000 items.
 *
 * @param bundles folder of the bundles
 * @param history number of actions n of each user when a visit begins
 * @param candidates number of candidates k that are scored for a page
 */
public record HeadlineWorld(Path bundles, int history, int candidates) {
  static final String ONE = "one";
  static final String TWO = "two";
  public static final int ITEMS = 100_000;
  public static final String INDEX = "IVF1024,Flat";

  /**
   * The number of positions in the model's window that are left free for the actions of a session.
   * With this room, the window never moves.
   */
  private static final int SESSION_ACTIONS = 16;

  public ModelConfig shape() {
    return new ModelConfig(
        ITEMS,
        0,
        64,
        256,
        4,
        4,
        4,
        1024,
        history + SESSION_ACTIONS,
        List.of("click", "save", "hide"),
        List.of("click", "save"),
        List.of("home"));
  }

  /** Returns the number of bytes of one user's state in one model. */
  long userBytes() {
    KvLayout layout = shape().kvLayout(KvType.FLOAT32);
    return layout.blockBytes(layout.capacityFor(layout.maxRows()));
  }

  HeadlineFlops flops() {
    return new HeadlineFlops(new Flops(shape()), history, candidates);
  }

  public void publish(Path scratch) throws IOException {
    Files.createDirectories(bundles);
    List<CatalogueItem> items =
        IntStream.range(0, ITEMS)
            .mapToObj(i -> new CatalogueItem(i, "item " + i, "", FeedLog.NO_TIME, new float[0]))
            .toList();
    Catalogue catalogue = Catalogue.of(items);
    for (String name : new String[] {ONE, TWO}) {
      Path model = scratch.resolve("model-" + name);
      ModelWriter.writeRandom(model, shape(), name.hashCode());
      BundlePublisher.publish(model, catalogue, INDEX, bundles.resolve(name));
    }
  }
}
