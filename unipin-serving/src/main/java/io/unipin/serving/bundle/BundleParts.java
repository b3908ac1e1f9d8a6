package io.unipin.serving.bundle;

import io.unipin.ann.AnnException;
import io.unipin.ann.AnnIndex;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissIndex;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLogException;
import io.unipin.kvcache.KvType;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.prerank.PreRankFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of a verified bundle. Whoever wrote a bundle also wrote its checksums, so a part
 * may still hold impossible values. Each of them ends in a {@link BundleException}.
 *
 * @param directory the bundle's directory, without links in its path
 */
record BundleParts(String name, Path directory, BundleManifest manifest) {

  /** Reads all parts. The caller closes the bundle. */
  LoadedBundle load(EngineOptions options, long maxCountBytes) {
    Catalogue catalogue = catalogue();
    ServingModel model = model(options);
    AnnIndex index = null;
    LoadedBundle bundle = null;
    try {
      requirePossible(model);
      index = index(model, catalogue);
      bundle =
          new LoadedBundle(
              name,
              version(manifest),
              model,
              catalogue,
              index,
              manifest.golden(),
              trained(model.config(), catalogue, maxCountBytes));
      return bundle;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw unreadable(e); // for example, the vectors of the items are not finite
    } finally {
      if (bundle == null) {
        if (index != null) {
          index.close();
        }
        model.close();
      }
    }
  }

  private Catalogue catalogue() {
    try {
      return Catalogue.read(directory.resolve(BundleLayout.CATALOGUE));
    } catch (FeedLogException e) {
      throw unreadable(e);
    }
  }

  private ServingModel model(EngineOptions options) {
    try {
      return ServingModel.load(directory.resolve(BundleLayout.MODEL), options);
    } catch (ModelException | IllegalArgumentException | ArithmeticException e) {
      BundleFault.rethrowIfOfMachine(e);
      throw unreadable(e);
    }
  }

  /**
   * Refuses a model whose longest history has keys and values that no block can hold. No bundle can
   * be published with such a model.
   */
  private static void requirePossible(ServingModel model) {
    try {
      model.config().kvLayout(KvType.FLOAT32);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "maxHistory %s: %s".formatted(model.config().maxHistory(), e.getMessage()), e);
    }
  }

  private AnnIndex index(ServingModel model, Catalogue catalogue) {
    if (manifest.index().equals(BundleLayout.EXACT)) {
      if (catalogue.size() != model.config().items()) {
        throw new BundleException(
            "bundle %s: equal items of model and catalogue expected, got %s and %s"
                .formatted(name, model.config().items(), catalogue.size()));
      }
      return ExactIndex.over(LoadedBundle.vectors(model), BundlePublisher.ids(catalogue));
    }
    try {
      return FaissIndex.load(directory.resolve(BundleLayout.INDEX));
    } catch (AnnException e) {
      throw unreadable(e);
    }
  }

  private TrainedParts trained(ModelConfig config, Catalogue catalogue, long maxCountBytes) {
    try {
      return new TrainedParts(
          BundleReader.pageOrder(directory, config.actions()).orElse(null),
          PreRankFiles.read(BundleReader.model(directory), config.items()).orElse(null),
          counts(name, directory, config, catalogue, maxCountBytes));
    } catch (ModelException e) {
      BundleFault.rethrowIfOfMachine(e);
      throw unreadable(e);
    }
  }

  /** Reads the tables of counts of a bundle; null if the bundle has none. */
  static @Nullable CountedRanking counts(
      String name, Path directory, ModelConfig config, Catalogue catalogue, long maxBytes) {
    Path folder = BundleReader.model(directory).resolve(CountedRanking.FOLDER);
    if (!Files.isDirectory(folder)) {
      return null;
    }
    try {
      return CountsFolder.read(folder, config, catalogue, maxBytes);
    } catch (CountsException e) {
      throw new BundleException("bundle " + name + ": counts: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the version of the index: its kind, and the first digits of the checksum of the index
   * file. If there is no index file, the checksum of the file of item vectors is used.
   */
  static String version(BundleManifest manifest) {
    boolean exact = manifest.index().equals(BundleLayout.EXACT);
    String path = exact ? BundleLayout.MODEL + "/items.safetensors" : BundleLayout.INDEX;
    return manifest.files().stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .map(file -> manifest.index() + "-" + file.sha256().substring(0, 8))
        .orElse(manifest.index());
  }

  /**
   * Converts a failure to read a bundle into an exception for callers. Its message leaves out paths
   * of this machine, which callers must not see.
   */
  private BundleException unreadable(RuntimeException cause) {
    String message =
        String.valueOf(cause.getMessage())
            .replace(directory + "/", "")
            .replace(directory + "", name);
    return new BundleException("bundle " + name + ": " + message, cause);
  }
}
