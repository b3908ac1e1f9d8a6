package io.unipin.serving.bundle;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.ModelConfig;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRankTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Creates bundles whose models are small and have random weights. */
public final class TinyBundles {
  public static final int ITEMS = 60;
  public static final int MAX_HISTORY = 16;
  public static final List<String> ACTIONS = List.of("click", "save", "hide");
  public static final List<String> SURFACES = List.of("home", "search");

  private TinyBundles() {}

  static ModelConfig config() {
    return config(ACTIONS, SURFACES);
  }

  private static ModelConfig config(List<String> actions, List<String> surfaces) {
    List<String> positives = List.of("click", "save");
    return new ModelConfig(ITEMS, 0, 8, 16, 2, 4, 2, 32, MAX_HISTORY, actions, positives, surfaces);
  }

  /**
   * Returns a catalogue whose ids begin at 1000, so no id equals a row. Items in even rows have the
   * keys "key 0", "key 2" and so on.
   */
  public static Catalogue catalogue() {
    return catalogue(1000);
  }

  /** Returns a catalogue with equally many items, but other ids. */
  public static Catalogue otherCatalogue() {
    return catalogue(2000);
  }

  private static Catalogue catalogue(long firstId) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < ITEMS; row++) {
      items.add(
          new CatalogueItem(
              firstId + row,
              "Item " + row,
              "all",
              FeedLog.NO_TIME,
              new float[0],
              "",
              row % 2 == 0 ? "key " + row : ""));
    }
    return Catalogue.of(items);
  }

  /** Publishes a bundle as a subfolder of {@code folder}. Equal seeds give equal models. */
  public static void publish(Path folder, String name, String factory, long seed, Path scratch) {
    PublishedOnce.place(
        String.join(" ", name, factory, Long.toString(seed)),
        scratch.resolve("model-" + name),
        folder.resolve(name),
        (model, bundle) -> {
          ModelWriter.writeRandom(model, config(), seed);
          BundlePublisher.publish(model, catalogue(), factory, bundle);
        });
  }

  /** Publishes a bundle with its own weights for ordering a page. */
  public static void publishOrdered(
      Path folder, String name, long seed, FittedPageOrder order, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config(), seed);
    order.write(model);
    BundlePublisher.publish(model, catalogue(), "exact", folder.resolve(name));
  }

  /** Publishes a bundle with files of pre-ranking; {@code weights} may be null. */
  public static void publishPreRanked(
      Path folder,
      String name,
      long seed,
      PreRankTables tables,
      @Nullable FittedPreRank weights,
      Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config(), seed);
    tables.write(model);
    if (weights != null) {
      weights.write(model);
    }
    BundlePublisher.publish(model, catalogue(), "exact", folder.resolve(name));
  }

  /** Publishes a bundle whose model reads histories of up to {@code maxHistory} actions. */
  public static void publishLong(Path folder, String name, int maxHistory, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelConfig config =
        new ModelConfig(
            ITEMS, 0, 8, 16, 2, 4, 2, 32, maxHistory, ACTIONS, List.of("click"), SURFACES);
    ModelWriter.writeRandom(model, config, 17);
    BundlePublisher.publish(model, catalogue(), "exact", folder.resolve(name));
  }

  /** Publishes a bundle whose model has windows of attention. */
  public static void publishWindowed(
      Path folder, String name, AttentionWindow window, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config().withWindow(window), 19);
    BundlePublisher.publish(model, catalogue(), "exact", folder.resolve(name));
  }

  /** Publishes a bundle with the given names of actions and surfaces. */
  public static void publishNamed(
      Path folder, String name, List<String> actions, List<String> surfaces, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config(actions, surfaces), 13);
    BundlePublisher.publish(model, catalogue(), "exact", folder.resolve(name));
  }

  /** Publishes a bundle with the given catalogue. */
  public static void publish(Path folder, String name, Catalogue catalogue, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, config(), 13);
    BundlePublisher.publish(model, catalogue, "exact", folder.resolve(name));
  }

  /**
   * Changes the probabilities in a bundle's last golden query to wrong values. The bundle's
   * checksums still match.
   */
  public static void spoilGolden(Path bundle) throws IOException {
    spoil(
        bundle,
        last ->
            new GoldenQuery(
                last.history(),
                last.surface(),
                last.timeMs(),
                last.candidates(),
                last.probabilities().stream()
                    .map(row -> row.stream().map(p -> 1 - p / 2).toList())
                    .toList(),
                last.retrieved(),
                last.counts()));
  }

  /**
   * Changes the items that a bundle's last golden query must retrieve: replaces a share
   * {@code part} of them by items that the bundle lacks. The bundle's checksums still match.
   */
  static void spoilRetrieved(Path bundle, double part) throws IOException {
    spoil(
        bundle,
        last -> {
          List<Long> others = new ArrayList<>(last.retrieved());
          for (int i = 0; i < part * others.size(); i++) {
            others.set(i, Long.MAX_VALUE - i);
          }
          return new GoldenQuery(
              last.history(),
              last.surface(),
              last.timeMs(),
              last.candidates(),
              last.probabilities(),
              others,
              last.counts());
        });
  }

  private static void spoil(Path bundle, UnaryOperator<GoldenQuery> last) throws IOException {
    Path file = bundle.resolve(BundleLayout.MANIFEST);
    BundleManifest manifest = BundleManifest.parse(Files.readAllBytes(file));
    List<GoldenQuery> golden = new ArrayList<>(manifest.golden());
    golden.set(golden.size() - 1, last.apply(golden.get(golden.size() - 1)));
    Files.write(file, with(manifest, manifest.format(), golden).sealed().toJson());
  }

  /** Converts a bundle to format 1, which has no golden queries. */
  public static void forgetGolden(Path bundle) throws IOException {
    Path file = bundle.resolve(BundleLayout.MANIFEST);
    BundleManifest manifest = BundleManifest.parse(Files.readAllBytes(file));
    Files.write(file, with(manifest, 1, List.of()).sealed().toJson());
  }

  private static BundleManifest with(
      BundleManifest manifest, int format, List<GoldenQuery> golden) {
    return new BundleManifest(
        format,
        manifest.name(),
        manifest.created(),
        manifest.modelFingerprint(),
        manifest.index(),
        manifest.items(),
        manifest.dimension(),
        manifest.files(),
        golden,
        "");
  }

  /** Updates the checksums of the manifest so that they match the current files. */
  public static void reseal(Path bundle) throws IOException {
    Path file = bundle.resolve(BundleLayout.MANIFEST);
    BundleManifest old = BundleManifest.parse(Files.readAllBytes(file));
    List<BundleFile> files = new ArrayList<>();
    for (BundleFile entry : old.files()) {
      Path path = bundle.resolve(entry.path());
      files.add(new BundleFile(entry.path(), Files.size(path), Sha256.of(path)));
    }
    BundleManifest manifest =
        new BundleManifest(
            old.format(),
            old.name(),
            old.created(),
            old.modelFingerprint(),
            old.index(),
            old.items(),
            old.dimension(),
            files,
            old.golden(),
            "");
    Files.write(file, manifest.sealed().toJson());
  }
}
