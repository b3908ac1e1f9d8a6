package io.unipin.serving.bundle;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import io.unipin.model.files.Weights;
import io.unipin.serving.items.PutItem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Creates bundles whose items have content and no id of their own. So a model that knows an item
 * gives it the same vector as a model of equal weights into which the item is put.
 */
public final class ContentBundles {
  public static final int CONTENT = 4;
  public static final int ALL = 48;

  /** Number of items in bundles that do not know the last ones. */
  public static final int EARLY = 40;

  public static final long FIRST_ID = 1000;
  public static final long FIRST_MS = 1_600_000_000_000L;
  private static final int ITEM_DIM = 8;

  private ContentBundles() {}

  private static ModelConfig config(int items, int contentDim) {
    return new ModelConfig(
        items,
        contentDim,
        ITEM_DIM,
        16,
        2,
        4,
        2,
        32,
        false,
        TinyBundles.MAX_HISTORY,
        TinyBundles.ACTIONS,
        List.of("click", "save"),
        TinyBundles.SURFACES);
  }

  /** Publishes a bundle with the first items. Models of equal seeds have equal weights. */
  public static void publish(Path folder, String name, int items, long seed, Path scratch) {
    publish(folder, name, items, CONTENT, seed, scratch);
  }

  /** Publishes a bundle whose items have content of the given length; 0 for none. */
  public static void publish(
      Path folder, String name, int items, int contentDim, long seed, Path scratch) {
    PublishedOnce.place(
        "content %s %s %s %s".formatted(name, items, contentDim, seed),
        scratch.resolve("model-" + name),
        folder.resolve(name),
        (model, bundle) -> {
          write(model, items, contentDim, seed);
          BundlePublisher.publish(model, catalogue(items, contentDim), "exact", bundle);
        });
  }

  private static void write(Path model, int items, int contentDim, long seed) {
    ModelConfig config = config(items, contentDim);
    Map<String, FloatTensor> tensors =
        new LinkedHashMap<>(Weights.random(config(ALL, contentDim), seed).tensors());
    float[] noIds = new float[(items + 1) * ITEM_DIM];
    tensors.put(Program.ITEM_ID, FloatTensor.of(noIds, items + 1L, ITEM_DIM));
    Weights weights = Weights.of(config, tensors);
    float[] embeddings = new float[(items + 1) * ITEM_DIM];
    for (int row = 0; row <= items; row++) {
      embeddings[row * ITEM_DIM + row % ITEM_DIM] = 1;
    }
    ModelFiles.write(model, config, weights, embeddings);
    if (contentDim > 0) {
      try (ServingModel tower = ServingModel.load(model, EngineOptions.cpu())) {
        float[] vectors = tower.embed(catalogue(items, contentDim).content());
        System.arraycopy(vectors, 0, embeddings, 0, vectors.length);
      }
      ModelFiles.write(model, config, weights, embeddings);
    }
  }

  private static Catalogue catalogue(int items, int contentDim) {
    List<CatalogueItem> all = new ArrayList<>();
    for (int row = 0; row < items; row++) {
      PutItem item = item(row);
      all.add(
          new CatalogueItem(
              item.id(),
              item.title(),
              item.category(),
              item.createdMs(),
              content(row, contentDim),
              item.author()));
    }
    return Catalogue.of(all);
  }

  private static float[] content(int row, int dimension) {
    Random random = new Random(row);
    float[] content = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      content[i] = 0.2f + random.nextFloat() * (random.nextBoolean() ? 1 : -1);
    }
    return content;
  }

  /** Returns an item as the whole catalogue has it. */
  public static PutItem item(int row) {
    return new PutItem(
        FIRST_ID + row,
        "Item " + row,
        row % 2 == 0 ? "even" : "odd",
        "author " + row % 3,
        FIRST_MS + row * 1000L,
        content(row, CONTENT),
        0);
  }

  /** Returns the items that bundles of {@link #EARLY} items do not know. */
  public static List<PutItem> late() {
    List<PutItem> late = new ArrayList<>();
    for (int row = EARLY; row < ALL; row++) {
      late.add(item(row));
    }
    return late;
  }
}
