package io.unipin.benchmarks.server;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.BundlePublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Two bundles of the same model and the same items: {@code keyed}, whose items have UUIDs as keys,
 * and {@code plain}, whose items have only ids.
 */
public final class KeyedPair {
  private static final int ITEM_DIM = 16;
  private static final int WIDTH = 64;
  private static final int HISTORY = 64;
  private static final long SEED = 11;

  private KeyedPair() {}

  /** Returns the key of an item. */
  public static String key(long id) {
    Random random = new Random(id);
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /** Returns a catalogue of items with the ids 0 to {@code items} - 1. */
  public static Catalogue catalogue(int items, boolean keyed) {
    return Catalogue.of(IntStream.range(0, items).mapToObj(id -> item(id, keyed)).toList());
  }

  private static CatalogueItem item(long id, boolean keyed) {
    return new CatalogueItem(
        id, "item " + id, "", FeedLog.NO_TIME, new float[0], "", keyed ? key(id) : "");
  }

  /** Publishes both bundles as subfolders of {@code folder}. */
  public static void publish(Path folder, int items) throws IOException {
    Files.createDirectories(folder);
    Path model = folder.resolve("model");
    ModelConfig shape =
        new ModelConfig(
            items,
            0,
            ITEM_DIM,
            WIDTH,
            2,
            2,
            2,
            4 * WIDTH,
            HISTORY,
            List.of("click", "save", "hide"),
            List.of("click", "save"),
            List.of("home"));
    ModelWriter.writeRandom(model, shape, SEED);
    String index = "IVF1024,Flat"; // quicker to build than a graph of a million items
    BundlePublisher.publish(model, catalogue(items, true), index, folder.resolve("keyed"));
    BundlePublisher.publish(model, catalogue(items, false), index, folder.resolve("plain"));
  }
}
