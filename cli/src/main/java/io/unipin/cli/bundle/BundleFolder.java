package io.unipin.cli.bundle;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import java.nio.file.Path;

/** Loads a bundle that is given by its folder. */
public final class BundleFolder {
  private BundleFolder() {}

  /** Verifies and loads a bundle that computes in float32. The caller closes it. */
  public static LoadedBundle load(Path bundle) {
    return load(bundle, EngineOptions.cpu());
  }

  /** Verifies and loads a bundle. The caller closes it. */
  public static LoadedBundle load(Path bundle, EngineOptions options) {
    Path folder = bundle.toAbsolutePath().normalize();
    Path parent = folder.getParent() == null ? folder : folder.getParent();
    return new BundleReader(parent, options).load(String.valueOf(folder.getFileName()));
  }

  /**
   * Refuses a feed log unless it has the bundle's items in the same order. In another order, the
   * log's row numbers would stand for other items.
   */
  public static void requireSameItems(LoadedBundle bundle, Catalogue log) {
    Catalogue own = bundle.catalogue();
    for (int row = 0; row < Math.min(own.size(), log.size()); row++) {
      if (own.id(row) != log.id(row)) {
        throw new IllegalArgumentException(
            "the bundle's items expected in the feed log: row %s is item %s in the bundle, %s in the log"
                .formatted(row, own.id(row), log.id(row)));
      }
    }
    if (own.size() != log.size()) {
      throw new IllegalArgumentException(
          "the bundle's %s items expected in the feed log, got %s"
              .formatted(own.size(), log.size()));
    }
  }
}
