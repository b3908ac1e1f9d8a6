package io.unipin.serving.bundle;

import io.unipin.model.features.ClassCounts;
import java.util.ArrayList;
import java.util.List;

/** Names inside a bundle's directory. */
final class BundleLayout {
  static final String MANIFEST = "manifest.json";
  static final String MODEL = "model";
  static final List<String> MODEL_FILES =
      List.of("config.json", "weights.safetensors", "items.safetensors");

  /**
   * Beside the model's files: all settings of its training. Only what {@code train} made has one.
   */
  static final String RECIPE = "recipe.yaml";

  /** Beside them: how often training met each class of its inputs. Likewise. */
  static final String CLASSES = ClassCounts.FILE;

  /** What a trained model has beside the files of every model. */
  static final List<String> TRAINED = List.of(RECIPE, CLASSES);

  static final String CATALOGUE = "catalogue.parquet";
  static final String INDEX = "index/items.faiss";

  /** Instead of a FAISS factory string: search compares every item, and there is no index file. */
  static final String EXACT = "exact";

  private BundleLayout() {}

  /**
   * Every file but the manifest.
   *
   * @param trained those of {@link #TRAINED} that are there
   */
  static List<String> files(boolean exact, List<String> trained) {
    List<String> files = new ArrayList<>();
    MODEL_FILES.forEach(name -> files.add(MODEL + "/" + name));
    trained.forEach(name -> files.add(MODEL + "/" + name));
    files.add(CATALOGUE);
    if (!exact) {
      files.add(INDEX);
    }
    return files;
  }
}
