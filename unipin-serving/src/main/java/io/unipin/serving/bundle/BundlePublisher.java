package io.unipin.serving.bundle;

import io.unipin.ann.AnnException;
import io.unipin.ann.AnnIndex;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.database.FileTree;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates bundles. It copies the model, builds the index over the model's item vectors, and moves
 * the finished bundle into place in one step.
 */
public final class BundlePublisher {
  private static final Logger logger = LoggerFactory.getLogger(BundlePublisher.class);

  private BundlePublisher() {}

  /**
   * Writes a bundle.
   *
   * @param modelDirectory directory with {@code config.json}, {@code weights.safetensors} and
   *     {@code items.safetensors}; a trained model also has {@code recipe.yaml},
   *     {@code classes.json}, usually {@code page.json}, {@code prerank.bin} and {@code
   *     prerank.json}, and possibly a folder {@code counts}
   * @param factory factory string of the FAISS index, or {@code exact} for no index
   * @param bundle directory to create; the last part of its path is the bundle's name
   * @throws BundleException when the directory exists or the parts do not fit together
   */
  public static void publish(
      Path modelDirectory, Catalogue catalogue, String factory, Path bundle) {
    publish(modelDirectory, catalogue, factory, bundle, FaissBuild.DEFAULT);
  }

  /** Writes a bundle whose index is built with the given options. */
  public static void publish(
      Path modelDirectory, Catalogue catalogue, String factory, Path bundle, FaissBuild build) {
    String name = checkedName(bundle);
    place(
        bundle,
        name,
        temporary -> write(modelDirectory, catalogue, factory, name, temporary, build),
        true);
  }

  /**
   * Copies a bundle to a path where a server may look for it. The copy appears at this path in one
   * step, and it may have another name.
   *
   * @throws BundleException when the bundle is damaged, or a bundle of that name exists at the
   *     target
   */
  public static void copy(Path bundle, Path target) {
    String name = checkedName(target);
    String own = String.valueOf(bundle.toAbsolutePath().normalize().getFileName());
    Path source = BundleVerifier.withoutLinks(own, bundle);
    BundleManifest manifest = BundleVerifier.verify(own, source);
    place(
        target,
        name,
        temporary -> {
          for (BundleFile file : manifest.files()) {
            Path copy = temporary.resolve(file.path());
            Files.createDirectories(Objects.requireNonNull(copy.getParent()));
            Files.copy(source.resolve(file.path()), copy);
            sync(copy);
          }
          seal(manifest.named(name), temporary);
          BundleVerifier.verify(name, temporary);
        },
        false);
  }

  private static String checkedName(Path bundle) {
    String name = String.valueOf(bundle.toAbsolutePath().normalize().getFileName());
    if (!BundleNames.isValid(name)) {
      throw new BundleException(
          "a bundle's name like " + BundleNames.PATTERN + " expected, got '" + name + "'");
    }
    if (Files.exists(bundle)) {
      throw new BundleException("bundle " + name + ": exists, and a bundle never changes");
    }
    return name;
  }

  /** Writes the files of a bundle into an empty directory. */
  private interface Content {
    void write(Path directory) throws IOException;
  }

  /**
   * Writes a bundle into a temporary directory beside its final path, and then moves it to that
   * path.
   *
   * @param keep whether a complete bundle that can't be moved is kept under another name
   */
  private static void place(Path bundle, String name, Content content, boolean keep) {
    Path temporary = bundle.resolveSibling("." + name + ".tmp-" + ProcessHandle.current().pid());
    boolean whole = false;
    try {
      FileTree.delete(temporary);
      Files.createDirectories(temporary);
      content.write(temporary);
      whole = true;
      Files.move(temporary, bundle, StandardCopyOption.ATOMIC_MOVE);
      sync(Objects.requireNonNull(bundle.toAbsolutePath().getParent()));
    } catch (IOException e) {
      String kept = whole && keep ? UnpublishedBundle.keep(temporary, bundle, name) : "";
      String what = whole ? ": can't be put in its place: " : ": can't be written: ";
      throw new BundleException("bundle " + name + what + e.getMessage() + kept, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private static void write(
      Path modelDirectory,
      Catalogue catalogue,
      String factory,
      String name,
      Path directory,
      FaissBuild build)
      throws IOException {
    requireModel(name, modelDirectory);
    List<String> trained = copyModel(modelDirectory, directory);
    catalogue.write(directory.resolve(BundleLayout.CATALOGUE));
    boolean exact = factory.equals(BundleLayout.EXACT);
    Path model = directory.resolve(BundleLayout.MODEL);
    try (ServingModel loaded = ServingModel.load(model, EngineOptions.cpu())) {
      int items = loaded.config().items();
      int dimension = loaded.config().itemDim();
      if (items != catalogue.size()) {
        throw new BundleException(
            "bundle %s: equal items of model and catalogue expected, got %s and %s"
                .formatted(name, items, catalogue.size()));
      }
      List<GoldenQuery> golden;
      try (AnnIndex index = buildIndex(loaded, catalogue, factory, name, build)) {
        if (index instanceof FaissIndex faiss) {
          Files.createDirectories(directory.resolve(BundleLayout.INDEX).getParent());
          faiss.save(directory.resolve(BundleLayout.INDEX));
        }
        @Nullable CountedRanking counts =
            BundleParts.counts(name, directory, loaded.config(), catalogue, Long.MAX_VALUE);
        golden = GoldenWriter.write(loaded, catalogue, index, counts);
      }
      List<BundleFile> files = describe(directory, BundleLayout.files(exact, trained));
      String created = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
      BundleManifest manifest =
          new BundleManifest(
              BundleManifest.format(loaded.config(), trained),
              name,
              created,
              loaded.fingerprint(),
              factory,
              items,
              dimension,
              files,
              golden,
              "");
      seal(manifest, directory);
    }
  }

  private static void requireModel(String name, Path modelDirectory) {
    List<String> missing =
        BundleLayout.MODEL_FILES.stream()
            .filter(file -> !Files.isRegularFile(modelDirectory.resolve(file)))
            .toList();
    if (!missing.isEmpty()) {
      throw new BundleException(
          "bundle %s: %s expected in the model's folder, got none of %s"
              .formatted(
                  name, String.join(", ", BundleLayout.MODEL_FILES), String.join(", ", missing)));
    }
  }

  /**
   * Copies the model's files. Returns the names of the copied files that only trained models have.
   */
  private static List<String> copyModel(Path modelDirectory, Path directory) throws IOException {
    Path model = Files.createDirectories(directory.resolve(BundleLayout.MODEL));
    for (String file : BundleLayout.MODEL_FILES) {
      Files.copy(modelDirectory.resolve(file), model.resolve(file));
    }
    List<String> trained = new ArrayList<>();
    for (String file : BundleLayout.TRAINED) {
      if (Files.isRegularFile(modelDirectory.resolve(file))) {
        Path copy = model.resolve(file);
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(modelDirectory.resolve(file), copy);
        trained.add(file);
      }
    }
    return trained;
  }

  private static void seal(BundleManifest manifest, Path directory) throws IOException {
    Path file = directory.resolve(BundleLayout.MANIFEST);
    Files.write(file, manifest.sealed().toJson());
    sync(file);
    sync(directory);
  }

  private static AnnIndex buildIndex(
      ServingModel model, Catalogue catalogue, String factory, String name, FaissBuild build) {
    int dimension = model.config().itemDim();
    float[] vectors = model.itemVectors();
    if (factory.equals(BundleLayout.EXACT)) {
      return ExactIndex.of(vectors, dimension, ids(catalogue));
    }
    try {
      return FaissIndex.build(factory, vectors, dimension, ids(catalogue), build);
    } catch (AnnException e) {
      throw new BundleException("bundle " + name + ": " + e.getMessage(), e);
    }
  }

  static long[] ids(Catalogue catalogue) {
    long[] ids = new long[catalogue.size()];
    for (int row = 0; row < ids.length; row++) {
      ids[row] = catalogue.id(row);
    }
    return ids;
  }

  private static List<BundleFile> describe(Path directory, List<String> paths) throws IOException {
    List<BundleFile> files = new ArrayList<>();
    for (String path : paths) {
      Path file = directory.resolve(path);
      sync(file);
      files.add(new BundleFile(path, Files.size(file), Sha256.of(file)));
    }
    return files;
  }

  /**
   * Forces a file's content, or a directory's list of names, to the disk. After that, a loss of
   * power can't destroy it.
   */
  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path directory) {
    try {
      FileTree.delete(directory);
    } catch (IOException e) {
      logger.warn("a temporary directory is left behind: {}", directory.getFileName(), e);
    }
  }
}
