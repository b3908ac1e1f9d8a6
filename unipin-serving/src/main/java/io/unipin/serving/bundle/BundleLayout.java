package io.unipin.serving.bundle;

import java.util.ArrayList;
import java.util.List;

/** Names inside a bundle's directory. */
final class BundleLayout {
  static final String MANIFEST = "manifest.json";
  static final String MODEL = "model";
  static final List<String> MODEL_FILES =
      List.of("config.json", "weights.safetensors", "items.safetensors");

  /** Beside the model's files: all settings of its training. Only what {@code train} made has one. */
  static final String RECIPE = "recipe.yaml";

  static final String CATALOGUE = "catalogue.parquet";
  static final String INDEX = "index/items.faiss";

  /** Instead of a FAISS factory string: search compares every item, and there is no index file. */
  static final String EXACT = "exact";

  private BundleLayout() {}

  /** Every file but the manifest. */
  static List<String> files(boolean exact, boolean recipe) {
    List<String> files = new ArrayList<>();
    MODEL_FILES.forEach(name -> files.add(MODEL + "/" + name));
    if (recipe) {
      files.add(MODEL + "/" + RECIPE);
    }
    files.add(CATALOGUE);
    if (!exact) {
      files.add(INDEX);
    }
    return files;
  }
}
