package io.unipin.serving.bundle;

import java.util.List;

/** Names inside a bundle's directory. */
final class BundleLayout {
  static final String MANIFEST = "manifest.json";
  static final String MODEL = "model";
  static final List<String> MODEL_FILES =
      List.of("config.json", "weights.safetensors", "items.safetensors");
  static final String CATALOGUE = "catalogue.parquet";
  static final String INDEX = "index/items.faiss";

  /** Instead of a FAISS factory string: search compares every item, and there is no index file. */
  static final String EXACT = "exact";

  private BundleLayout() {}

  /** Every file but the manifest. */
  static List<String> files(boolean exact) {
    List<String> model = MODEL_FILES.stream().map(name -> MODEL + "/" + name).toList();
    return exact
        ? List.of(model.get(0), model.get(1), model.get(2), CATALOGUE)
        : List.of(model.get(0), model.get(1), model.get(2), CATALOGUE, INDEX);
  }
}
