package io.unipin.serving.bundle;

import io.unipin.model.EngineOptions;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PageOrder;
import io.unipin.settings.ConfigException;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
    return new BundleParts(name, directory, manifest).load(options, maxCountBytes);
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
          BundleParts.version(manifest),
          manifest.items(),
          manifest.counts(),
          "");
    } catch (BundleException e) {
      return new BundleListing(name, "", "", "", 0, "", String.valueOf(e.getMessage()));
    }
  }

  /**
   * Returns the directory of a bundle without links in its path. If the directory is a link, its
   * target is verified and read, even if the link changes meanwhile.
   */
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
    return BundleVerifier.withoutLinks(name, directory);
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
   * Reads the weights for ordering a page, for a model with these actions; empty if the bundle has
   * no such weights.
   *
   * @throws ModelException when the file is broken or does not fit the model
   */
  public static Optional<PageOrder> pageOrder(Path bundle, List<String> actions) {
    return FittedPageOrder.read(model(bundle)).map(fitted -> fitted.order(actions));
  }
}
