package io.unipin.serving.bundle;

import io.unipin.ann.AnnException;
import io.unipin.ann.AnnIndex;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissIndex;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLogException;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PageOrder;
import io.unipin.prerank.PreRankFiles;
import io.unipin.settings.ConfigException;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Loads bundles from one folder. Thread-safe. */
public final class BundleReader {
  private final Path folder;
  private final EngineOptions options;
  private final long maxCountBytes;

  public BundleReader(Path folder, EngineOptions options) {
    this(folder, options, Long.MAX_VALUE);
  }

  /**
   * Creates a reader.
   *
   * @param maxCountBytes largest number of bytes that the tables of counts of a bundle may take
   */
  public BundleReader(Path folder, EngineOptions options, long maxCountBytes) {
    this.folder = folder;
    this.options = options;
    this.maxCountBytes = maxCountBytes;
  }

  /**
   * Returns the bundles of the folder in order of their names. It skips directories without a
   * readable manifest.
   */
  public List<BundleSummary> summaries() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().flatMap(entry -> summary(entry).stream()).toList();
    } catch (IOException e) {
      throw new BundleException(
          "the folder of bundles can't be read: " + BundleVerifier.reason(e), e);
    }
  }

  /** Returns the facts in the manifest of a bundle; empty without a readable manifest. */
  public static Optional<BundleSummary> summary(Path directory) {
    String name = String.valueOf(directory.getFileName());
    if (!BundleNames.isValid(name)) {
      return Optional.empty();
    }
    Path file = directory.resolve(BundleLayout.MANIFEST);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > BundleVerifier.MAX_MANIFEST_BYTES) {
        return Optional.empty();
      }
      byte[] json = Files.readAllBytes(file);
      BundleManifest manifest = BundleManifest.parse(json);
      long bytes = manifest.files().stream().mapToLong(BundleFile::bytes).sum();
      return Optional.of(
          new BundleSummary(
              name,
              manifest.created(),
              manifest.index(),
              manifest.items(),
              manifest.dimension(),
              bytes));
    } catch (IOException | ConfigException e) {
      return Optional.empty();
    }
  }

  /** Verifies and loads a bundle. The caller closes it. */
  public LoadedBundle load(String name) {
    Path directory = directory(name);
    BundleManifest manifest = BundleVerifier.verify(name, directory);
    Catalogue catalogue = catalogue(name, directory);
    ServingModel model = model(name, directory);
    AnnIndex index = null;
    LoadedBundle bundle = null;
    try {
      index = index(name, directory, manifest, model, catalogue);
      bundle =
          new LoadedBundle(
              name,
              version(manifest),
              model,
              catalogue,
              index,
              manifest.golden(),
              trained(name, directory, model, catalogue, maxCountBytes));
      return bundle;
    } finally {
      if (bundle == null) {
        if (index != null) {
          index.close();
        }
        model.close();
      }
    }
  }

  /** Returns the directory of a bundle's model. */
  public static Path model(Path bundle) {
    return bundle.resolve(BundleLayout.MODEL);
  }

  /**
   * Returns the file with the training settings of a bundle's model; empty when there is no such
   * file.
   */
  public static Optional<Path> recipe(Path bundle) {
    return Optional.of(model(bundle).resolve(BundleLayout.RECIPE)).filter(Files::isRegularFile);
  }

  /** Returns all bundles of the folder, newest first. */
  public List<BundleListing> list() {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> BundleNames.isValid(name) && Files.isDirectory(folder.resolve(name)))
          .map(this::listing)
          .sorted(
              Comparator.comparing(BundleListing::created)
                  .reversed()
                  .thenComparing(BundleListing::name))
          .toList();
    } catch (IOException e) {
      throw new BundleException(
          "the folder of bundles can't be read: " + BundleVerifier.reason(e), e);
    }
  }

  private BundleListing listing(String name) {
    try {
      BundleManifest manifest = BundleVerifier.manifest(name, directory(name));
      String model = manifest.modelFingerprint();
      return new BundleListing(
          name,
          manifest.created(),
          model.substring(0, Math.min(LoadedBundle.MODEL_VERSION_LENGTH, model.length())),
          version(manifest),
          manifest.items(),
          manifest.counts(),
          "");
    } catch (BundleException e) {
      return new BundleListing(name, "", "", "", 0, "", String.valueOf(e.getMessage()));
    }
  }

  private Path directory(String name) {
    if (!BundleNames.isValid(name)) {
      throw new BundleException(
          "a bundle's name like %s expected, got '%s'".formatted(BundleNames.PATTERN, name));
    }
    Path directory = folder.resolve(name).normalize();
    if (!directory.startsWith(folder.normalize()) || !Files.isDirectory(directory)) {
      throw new BundleException(
          "bundle " + name + ": no such bundle" + Nearest.hint(name, names()));
    }
    return directory;
  }

  /** Returns the names of the bundles in the folder; none if the folder can't be read. */
  private List<String> names() {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(Files::isDirectory)
          .map(path -> String.valueOf(path.getFileName()))
          .filter(BundleNames::isValid)
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Converts a failure to read a bundle into an exception for callers. Its message leaves out paths
   * of this machine, which callers must not see.
   */
  private static BundleException unreadable(String name, Path directory, RuntimeException cause) {
    String message =
        String.valueOf(cause.getMessage())
            .replace(directory + "/", "")
            .replace(directory + "", name);
    return new BundleException("bundle " + name + ": " + message, cause);
  }

  private static Catalogue catalogue(String name, Path directory) {
    try {
      return Catalogue.read(directory.resolve(BundleLayout.CATALOGUE));
    } catch (FeedLogException e) {
      throw unreadable(name, directory, e);
    }
  }

  private ServingModel model(String name, Path directory) {
    try {
      return ServingModel.load(directory.resolve(BundleLayout.MODEL), options);
    } catch (ModelException e) {
      throw unreadable(name, directory, e);
    }
  }

  /** Reads the tables of counts of a bundle; null if the bundle has none. */
  static @Nullable CountedRanking counts(
      String name, Path directory, ModelConfig config, Catalogue catalogue, long maxBytes) {
    Path folder = model(directory).resolve(CountedRanking.FOLDER);
    if (!Files.isDirectory(folder)) {
      return null;
    }
    try {
      return CountsFolder.read(folder, config, catalogue, maxBytes);
    } catch (CountsException e) {
      throw new BundleException("bundle " + name + ": counts: " + e.getMessage(), e);
    }
  }

  private static TrainedParts trained(
      String name, Path directory, ServingModel model, Catalogue catalogue, long maxCountBytes) {
    ModelConfig config = model.config();
    try {
      return new TrainedParts(
          pageOrder(directory, config.actions()).orElse(null),
          PreRankFiles.read(model(directory), config.items()).orElse(null),
          counts(name, directory, config, catalogue, maxCountBytes));
    } catch (ModelException e) {
      throw unreadable(name, directory, e);
    }
  }

  /**
   * Reads the weights for ordering a page, for a model with these actions; empty if the bundle has
   * no such weights.
   *
   * @throws ModelException when the file is broken or does not fit the model
   */
  public static Optional<PageOrder> pageOrder(Path bundle, List<String> actions) {
    return FittedPageOrder.read(model(bundle)).map(fitted -> fitted.order(actions));
  }

  private static AnnIndex index(
      String name,
      Path directory,
      BundleManifest manifest,
      ServingModel model,
      Catalogue catalogue) {
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
      throw unreadable(name, directory, e);
    }
  }

  /**
   * Returns the version of the index: its kind, and the first digits of the checksum of the index
   * file. If there is no index file, the checksum of the file of item vectors is used.
   */
  private static String version(BundleManifest manifest) {
    boolean exact = manifest.index().equals(BundleLayout.EXACT);
    String path = exact ? BundleLayout.MODEL + "/items.safetensors" : BundleLayout.INDEX;
    return manifest.files().stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .map(file -> manifest.index() + "-" + file.sha256().substring(0, 8))
        .orElse(manifest.index());
  }
}
