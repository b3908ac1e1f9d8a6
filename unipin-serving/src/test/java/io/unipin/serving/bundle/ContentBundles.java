package io.unipin.serving.bundle;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.AttributeConfig;
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
 * Creates bundles whose items have content. The id rows of the items are zeros. So an item has the
 * same vector in a model that knows the item and in a model of equal weights that gets the item by
 * a put.
 */
public final class ContentBundles {
  public static final int CONTENT = 4;
  public static final int ALL = 48;

  /** The number of items in bundles that lack the last eight items of the whole catalogue. */
  public static final int EARLY = 40;

  public static final long FIRST_ID = 1000;
  public static final long FIRST_MS = 1_600_000_000_000L;
  private static final int ITEM_DIM = 8;
  private static final int BUCKETS = 400;

  private ContentBundles() {}

  /** The kinds of item content that a bundle's model reads. */
  private record Read(int contentDim, AttributeConfig attributes, int contentPath) {}

  private static ModelConfig config(int items, Read read) {
    return new ModelConfig(
        items,
        read.contentDim,
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
        TinyBundles.SURFACES,
        read.attributes,
        read.contentPath,
        AttentionWindow.NONE);
  }

  /** Publishes a bundle with the first {@code items} items. Equal seeds give equal weights. */
  public static void publish(Path folder, String name, int items, long seed, Path scratch) {
    publish(folder, name, items, CONTENT, seed, scratch);
  }

  /**
   * Publishes a bundle whose items have content with {@code contentDim} values; 0 for no content.
   */
  public static void publish(
      Path folder, String name, int items, int contentDim, long seed, Path scratch) {
    publish(folder, name, items, new Read(contentDim, AttributeConfig.NONE, 0), seed, scratch);
  }

  /**
   * Publishes a bundle whose model reads the attributes, category and author of its items, and has
   * a path for content. The bundle's items come from {@link #described}.
   *
   * @param contentDim number of values in the content of an item; 0 for no content
   */
  public static void publishDescribed(
      Path folder, String name, int items, int contentDim, long seed, Path scratch) {
    AttributeConfig attributes =
        new AttributeConfig(BUCKETS, List.of("attributes", "category", "author"));
    publish(folder, name, items, new Read(contentDim, attributes, 6), seed, scratch);
  }

  private static void publish(
      Path folder, String name, int items, Read read, long seed, Path scratch) {
    PublishedOnce.place(
        "content %s %s %s %s".formatted(name, items, read, seed),
        scratch.resolve("model-" + name),
        folder.resolve(name),
        (model, bundle) -> {
          write(model, items, read, seed);
          BundlePublisher.publish(model, catalogue(items, read), "exact", bundle);
        });
  }

  private static void write(Path model, int items, Read read, long seed) {
    ModelConfig config = config(items, read);
    Map<String, FloatTensor> tensors =
        new LinkedHashMap<>(Weights.random(config(ALL, read), seed).tensors());
    float[] noIds = new float[(items + 1) * ITEM_DIM];
    tensors.put(Program.ITEM_ID, FloatTensor.of(noIds, items + 1L, ITEM_DIM));
    Random random = new Random(seed);
    for (String name : List.of(Program.ITEM_ATTRIBUTE, "path_out")) {
      tensors.computeIfPresent(name, (same, zeros) -> learned(zeros, random));
    }
    Weights weights = Weights.of(config, tensors);
    float[] embeddings = new float[(items + 1) * ITEM_DIM];
    for (int row = 0; row <= items; row++) {
      embeddings[row * ITEM_DIM + row % ITEM_DIM] = 1;
    }
    float[] paths = new float[(items + 1) * read.contentPath];
    ModelFiles.write(model, config, weights, embeddings, paths);
    if (config.describesItems()) {
      Catalogue catalogue = catalogue(items, read);
      AttributeBags attributes =
          read.attributes.reads()
              ? AttributeBags.of(
                  items,
                  row ->
                      read.attributes.bucketsOf(
                          catalogue.attributes(row),
                          catalogue.category(row),
                          catalogue.author(row)))
              : AttributeBags.none(items);
      try (ServingModel tower = ServingModel.load(model, EngineOptions.cpu())) {
        float[] rows = tower.embed(catalogue.content(), attributes);
        int length = ITEM_DIM + read.contentPath;
        for (int row = 0; row < items; row++) {
          System.arraycopy(rows, row * length, embeddings, row * ITEM_DIM, ITEM_DIM);
          System.arraycopy(
              rows, row * length + ITEM_DIM, paths, row * read.contentPath, read.contentPath);
        }
      }
      ModelFiles.write(model, config, weights, embeddings, paths);
    }
  }

  /** Returns a tensor of this shape with random numbers. The tensor's last row keeps its zeros. */
  private static FloatTensor learned(FloatTensor zeros, Random random) {
    float[] values = zeros.toArray();
    int width = (int) zeros.shape()[1];
    for (int i = 0; i < values.length - width; i++) {
      values[i] = (float) random.nextGaussian() * 0.5f;
    }
    return FloatTensor.of(values, zeros.shape());
  }

  private static Catalogue catalogue(int items, Read read) {
    List<CatalogueItem> all = new ArrayList<>();
    for (int row = 0; row < items; row++) {
      PutItem item = item(row);
      all.add(
          new CatalogueItem(
              item.id(),
              item.title(),
              item.category(),
              item.createdMs(),
              content(row, read.contentDim),
              item.author(),
              "",
              read.attributes.reads() ? attributes(row) : List.of()));
    }
    return Catalogue.of(all);
  }

  private static List<String> attributes(int row) {
    return List.of("tag " + row % 7, "brand " + row % 5, "material " + row % 3);
  }

  private static float[] content(int row, int dimension) {
    Random random = new Random(row);
    float[] content = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      content[i] = 0.2f + random.nextFloat() * (random.nextBoolean() ? 1 : -1);
    }
    return content;
  }

  /** Returns an item with attributes, as in the catalogue of {@link #publishDescribed}. */
  public static PutItem described(int row, int contentDim) {
    PutItem item = item(row);
    return new PutItem(
        item.id(),
        item.title(),
        item.category(),
        item.author(),
        item.createdMs(),
        content(row, contentDim),
        0,
        "",
        attributes(row));
  }

  /** Returns an item without attributes, as in the catalogue of {@link #publish}. */
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

  /** Returns the items that bundles with only {@link #EARLY} items lack. */
  public static List<PutItem> late() {
    List<PutItem> late = new ArrayList<>();
    for (int row = EARLY; row < ALL; row++) {
      late.add(item(row));
    }
    return late;
  }
}
