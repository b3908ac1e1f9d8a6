package io.unipin.serving.bundle;

import io.unipin.data.Catalogue;
import io.unipin.data.CatalogueItem;
import io.unipin.data.FeedLog;
import io.unipin.model.ModelConfig;
import io.unipin.model.ModelWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Bundles around small models with random weights. */
public final class TinyBundles {
  public static final int ITEMS = 60;
  public static final int MAX_HISTORY = 16;
  public static final List<String> ACTIONS = List.of("click", "save", "hide");
  public static final List<String> SURFACES = List.of("home", "search");

  private TinyBundles() {}

  private static ModelConfig config() {
    return new ModelConfig(
        ITEMS, 0, 8, 16, 2, 4, 2, 32, MAX_HISTORY, ACTIONS, List.of("click", "save"), SURFACES);
  }

  /** Items with ids 1000, 1001, … so that an id is never mistaken for a row. */
  public static Catalogue catalogue() {
    return catalogue(1000);
  }

  /** As many items with other ids. */
  public static Catalogue otherCatalogue() {
    return catalogue(2000);
  }

  private static Catalogue catalogue(long firstId) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < ITEMS; row++) {
      items.add(
          new CatalogueItem(firstId + row, "Item " + row, "all", FeedLog.NO_TIME, new float[0]));
    }
    return Catalogue.of(items);
  }

  /** Publishes a bundle into a folder; equal seeds make equal models. */
  public static void publish(Path folder, String name, String factory, long seed, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config(), seed);
    BundlePublisher.publish(model, catalogue(), factory, folder.resolve(name));
  }

  /** Publishes a bundle of other items. */
  public static void publish(Path folder, String name, Catalogue catalogue, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config(), 13);
    BundlePublisher.publish(model, catalogue, "exact", folder.resolve(name));
  }
}
