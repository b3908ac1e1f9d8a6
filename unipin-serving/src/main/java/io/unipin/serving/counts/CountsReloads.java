package io.unipin.serving.counts;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleNames;
import io.unipin.serving.bundle.CountsFolder;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the tables of counts of loaded bundles by newer tables. A bundle keeps its weights of
 * the counts, so the new tables must have the inputs for which the weights were fitted.
 *
 * <p>A set of tables belongs to the items of one catalogue. A loaded bundle with another catalogue
 * keeps its tables. A bundle also keeps its tables if they count actions up to a later time than
 * the new tables.
 *
 * <p>Thread-safe. One change runs at a time. Requests continue meanwhile with the tables with which
 * they began.
 */
public final class CountsReloads {
  private static final Logger logger = LoggerFactory.getLogger(CountsReloads.class);

  /**
   * The files that are read from a set of tables. Its weights are not read, because the weights
   * come from the bundle.
   */
  private static final List<String> TABLES =
      CountedRanking.FILES.stream().filter(file -> !file.equals(CountWeights.FILE)).toList();

  private final CountsConfig config;
  private final BundleHolder own;
  private final List<BundleHolder> others;

  @GuardedBy("this")
  private final KeptCounts kept;

  /**
   * Creates an instance.
   *
   * @param folder folder of the copy of the tables that were loaded last
   * @param own holder of the server's own bundle
   * @param others holders of the bundles of the arms and of the shadow
   */
  public CountsReloads(
      CountsConfig config, Path folder, BundleHolder own, Collection<BundleHolder> others) {
    this.config = config;
    this.kept = new KeptCounts(folder);
    this.own = own;
    this.others = List.copyOf(others);
  }

  /**
   * Reads and checks tables. All loaded bundles that the tables fit then rank by these tables.
   *
   * @param name name of a directory in the folder of counts
   * @throws ServingException INVALID when the tables do not fit the server's own bundle, and
   *     UNAVAILABLE when they can't be kept; all bundles then keep their tables
   */
  public synchronized CountsStatus reload(String name) {
    Path source = source(name);
    try (BundleLease lease = own.acquire()) {
      LoadedBundle bundle = lease.bundle();
      CountedRanking bundled =
          bundle
              .ownCounts()
              .orElseThrow(() -> refused("a bundle with counts", bundle.name() + " without any"));
      CountTables tables = take(name, source, bundle, bundled);
      List<String> notUsed = new ArrayList<>();
      loaded().forEach(other -> share(tables, other).ifPresent(notUsed::add));
      logger.info("bundle {} ranks by the counts {}", bundle.name(), tables.generation());
      notUsed.forEach(logger::warn);
      return status(bundle.name(), tables, notUsed);
    }
  }

  /** Copies, checks and keeps tables, and lets the server's own bundle rank by them. */
  @GuardedBy("this")
  private CountTables take(String name, Path source, LoadedBundle bundle, CountedRanking bundled) {
    Path staged = null;
    boolean taken = false;
    try {
      requireFiles(source);
      staged = kept.stage(source, TABLES);
      bundled.weights().write(staged);
      CountedRanking read = read(staged, bundle);
      requireNotEarlier(read.tables(), bundled.tables());
      kept.keep(staged);
      taken = true;
      bundle.countBy(read);
      return read.tables();
    } catch (CountsException e) {
      throw ServingException.invalid("counts", name + ": " + e.getMessage());
    } catch (IOException e) {
      throw new ServingException(
          FailureKind.UNAVAILABLE, "the tables of counts can't be kept: " + name, e);
    } finally {
      if (staged != null && !taken) {
        kept.discard(staged);
      }
    }
  }

  private Path source(String name) {
    if (!config.isReloadable()) {
      throw refused("a server with the setting counts.folder", "one without");
    }
    if (!BundleNames.isValid(name)) {
      throw refused("a name like " + BundleNames.PATTERN, "'" + name + "'");
    }
    Path source = config.folder().resolve(name);
    if (!Files.isDirectory(source)) {
      throw refused("a directory in the folder of counts", name + Nearest.hint(name, names()));
    }
    return source;
  }

  private List<String> names() {
    try (Stream<Path> found = Files.list(config.folder())) {
      return found.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static ServingException refused(String expected, String got) {
    return ServingException.invalid("counts", "%s expected, got %s".formatted(expected, got));
  }

  /** Throws if a file of the tables is missing, is not a plain file, or is too large to copy. */
  private void requireFiles(Path source) throws IOException {
    long bytes = 0;
    for (String file : TABLES) {
      Path path = source.resolve(file);
      if (!Files.isRegularFile(path)) {
        throw new CountsException("a file %s expected, got none".formatted(file));
      }
      bytes += Files.size(path);
    }
    if (bytes > config.maxBytes().bytes()) {
      throw new CountsException(
          "files of at most %s bytes (counts.maxBytes) expected, got %s"
              .formatted(config.maxBytes().bytes(), bytes));
    }
  }

  private CountedRanking read(Path folder, LoadedBundle bundle) {
    return CountsFolder.read(
        folder, bundle.model().config(), bundle.catalogue(), config.maxBytes().bytes());
  }

  private static void requireNotEarlier(CountTables tables, CountTables bundled) {
    if (tables.until().isBefore(bundled.until())) {
      throw new CountsException(
          "counts that end at %s or later expected, as the bundle's own do, got %s"
              .formatted(bundled.until(), tables.until()));
    }
  }

  /** Returns all loaded bundles except the server's own serving bundle. */
  private List<LoadedBundle> loaded() {
    List<LoadedBundle> loaded = new ArrayList<>();
    own.previous().ifPresent(loaded::add);
    others.forEach(holder -> holder.ifServing(loaded::add));
    return loaded;
  }

  /**
   * Lets a bundle rank by tables that were read for the server's own bundle.
   *
   * @return why the bundle can't use the tables; empty if it uses them or has no counts
   */
  private static Optional<String> share(CountTables tables, LoadedBundle other) {
    Optional<CountedRanking> bundled = other.ownCounts();
    if (bundled.isEmpty()) {
      return Optional.empty();
    }
    try {
      requireNotEarlier(tables, bundled.get().tables());
      CountedRanking next = bundled.get().with(tables);
      ModelConfig config = other.model().config();
      next.requireFits(config.actions(), config.surfaces(), other.catalogue());
      other.countBy(next);
      return Optional.empty();
    } catch (CountsException e) {
      return Optional.of("bundle %s keeps its counts: %s".formatted(other.name(), e.getMessage()));
    }
  }

  /**
   * Lets a bundle rank by the tables that were loaded last, if the tables fit the bundle and do not
   * end before its own tables. Then puts the bundle in service.
   */
  public synchronized void serve(LoadedBundle bundle, Runnable swap) {
    Optional<CountedRanking> bundled = bundle.ownCounts();
    Optional<Path> folder = kept.current();
    if (bundled.isPresent() && folder.isPresent()) {
      try {
        CountTables tables = read(folder.get(), bundle).tables();
        requireNotEarlier(tables, bundled.get().tables());
        bundle.countBy(bundled.get().with(tables));
        logger.info("bundle {} ranks by the counts {}", bundle.name(), tables.generation());
      } catch (CountsException e) {
        logger.warn(
            "bundle {} does not use the counts that were loaded last: {}",
            bundle.name(),
            e.getMessage());
      }
    }
    swap.run();
  }

  /** Returns the largest number of bytes of memory that the tables of one bundle may take. */
  public long maxBytes() {
    return config.maxBytes().bytes();
  }

  /** Returns the tables of the server's own bundle; empty if it has none, or no bundle serves. */
  public Optional<CountsStatus> status() {
    List<CountsStatus> status = new ArrayList<>();
    own.ifServing(
        bundle ->
            bundle
                .counts()
                .ifPresent(
                    counts -> status.add(status(bundle.name(), counts.tables(), List.of()))));
    return status.stream().findFirst();
  }

  private static CountsStatus status(String bundle, CountTables tables, List<String> notUsed) {
    return new CountsStatus(bundle, tables.generation(), tables.until(), tables.bytes(), notUsed);
  }
}
