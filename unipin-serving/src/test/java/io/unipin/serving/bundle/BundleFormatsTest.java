package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelFolder;
import io.unipin.model.ModelWriter;
import io.unipin.model.Precision;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.InputTable;
import io.unipin.model.features.ModelConfig;
import io.unipin.prerank.Asked;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRank;
import io.unipin.prerank.PreRankTables;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that bundles of earlier formats still load. Each of the bundles {@code format-1} to
 * {@code format-3} was published by the last version that wrote this format. The bundle
 * {@code format-5} was published by the last version whose newest format was format 5. The bundle
 * {@code format-7} has tables of counts and files of pre-ranking.
 */
class BundleFormatsTest {
  private static final String NAME = "format-3";

  @TempDir Path folder;
  private Path bundle;

  @BeforeEach
  void copy() throws IOException, URISyntaxException {
    copy(NAME);
  }

  private void copy(String name) throws IOException, URISyntaxException {
    Path fixture = Path.of(Objects.requireNonNull(getClass().getResource(name)).toURI());
    bundle = folder.resolve(name);
    try (Stream<Path> paths = Files.walk(fixture)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path target = bundle.resolve(fixture.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  /**
   * The golden queries contain gaps of time for which the bundle has no counts. The computed
   * answers must equal the answers in the bundle.
   */
  @Test
  void load_format3_answersAsWhereItWasMade() throws IOException {
    assertThat(manifest().format()).isEqualTo(3);
    assertThat(manifest().golden()).hasSize(2);
    check();
  }

  /**
   * The bundle of format 1 has no golden queries. The bundle of format 2 has two golden queries.
   */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 2"})
  void load_formatsBefore_areStillRead(int format, int golden) throws Exception {
    copy("format-" + format);
    BundleManifest before =
        BundleManifest.parse(Files.readAllBytes(bundle.resolve(BundleLayout.MANIFEST)));
    assertThat(before.format()).isEqualTo(format);
    assertThat(before.isIntact()).isTrue();
    assertThat(before.golden()).hasSize(golden);
    assertThat(before.files())
        .extracting(BundleFile::path)
        .containsExactly(
            "model/config.json",
            "model/weights.safetensors",
            "model/items.safetensors",
            "catalogue.parquet");
    Catalogue items = catalogue();
    assertThat(IntStream.range(0, items.size()).mapToObj(items::item))
        .extracting(CatalogueItem::id)
        .containsExactly(1000L, 1001L, 1002L);
    assertThat(IntStream.range(0, items.size()).mapToObj(items::key)).containsOnly("");
    check("format-" + format);
  }

  @Test
  void load_format5_hasNoOrderOfPages() throws Exception {
    copy("format-5");
    BundleManifest before =
        BundleManifest.parse(Files.readAllBytes(bundle.resolve(BundleLayout.MANIFEST)));
    assertThat(before.format()).isEqualTo(5);
    assertThat(before.isIntact()).isTrue();
    assertThat(before.golden()).isNotEmpty();
    check("format-5");
    try (LoadedBundle loaded = reader().load("format-5")) {
      assertThat(loaded.pageOrder()).isEmpty();
    }
  }

  /** The expected numbers are those of the version that published the bundle. */
  @Test
  void load_format7_countsAndPreRanksAsWhereItWasMade() throws Exception {
    copy("format-7");
    BundleManifest made =
        BundleManifest.parse(Files.readAllBytes(bundle.resolve(BundleLayout.MANIFEST)));
    assertThat(made.format()).isEqualTo(7);
    assertThat(made.isIntact()).isTrue();
    assertThat(made.counts()).isEqualTo("2024-01-10T00:00:00Z-7f2427554aab");
    check("format-7");
    try (LoadedBundle loaded = reader().load("format-7")) {
      assertThat(loaded.countsGeneration()).isEqualTo(made.counts());
      CountedRanking counts = loaded.counts().orElseThrow();
      float[] probabilities = {0.5f, 0.25f, 0.125f, 0.5f, 0.25f, 0.125f};
      counts.apply(counts.tables().query(0, new int[] {3}), new int[] {4, 5}, probabilities);
      assertThat(probabilities)
          .containsExactly(
              new float[] {0.39399505f, 0.25f, 0.14038536f, 0.9973887f, 0.25f, 0.05973715f},
              within(1e-6f));
      PreRank rule = loaded.preRank().orElseThrow();
      Asked asked = new Asked(0, new int[] {3}, FeedLog.NO_TIME);
      assertThat(rule.sums(asked, new float[] {0.5f, 0, 0}, new int[] {3, 4, 5}))
          .containsExactly(new float[] {0.36148018f, 14.896419f, 1.334401f}, within(1e-5f));
      assertThat(loaded.follows().orElseThrow().of(new int[] {3}).rows()).containsExactly(4);
    }
  }

  @Test
  void publish_ofATrainedModel_carriesItsCounts() throws IOException {
    Path model = bundle.resolve("model");
    ClassCounts counts = counts(ModelWriter.config(model));
    counts.write(model);
    Path published = folder.resolve("trained");
    assertThatThrownBy(() -> reader().load(NAME))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("file not in the manifest: model/classes.json");
    Files.move(model, folder.resolve("model"));
    BundlePublisher.publish(folder.resolve("model"), catalogue(), BundleLayout.EXACT, published);
    assertThat(ClassCounts.read(BundleReader.model(published))).contains(counts);
    BundleManifest manifest = BundleVerifier.verify("trained", published);
    assertThat(manifest.format()).isEqualTo(4);
    assertThat(manifest.modelFingerprint())
        .as("keys and values of other rows are others")
        .isNotEqualTo(manifest().modelFingerprint());
    check("trained");
    Files.delete(published.resolve("model/classes.json"));
    assertThatThrownBy(() -> reader().load("trained"))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("model/classes.json: a file expected, none found");
  }

  /**
   * A bundle is written in the earliest format that can contain its model. Attributes need format
   * 5.
   */
  @Test
  void publish_modelThatReadsAttributes_isOfFormat5() throws IOException {
    ContentBundles.publishDescribed(folder, "described", 9, 4, 1, folder);
    BundleManifest described = BundleVerifier.verify("described", folder.resolve("described"));
    assertThat(described.format()).isEqualTo(5);
    check("described");
    try (LoadedBundle loaded = reader().load("described")) {
      assertThat(loaded.catalogue().attributes(3))
          .isEqualTo(ContentBundles.described(3, 4).attributes());
    }
    ContentBundles.publish(folder, "plain", 9, 1, folder);
    assertThat(BundleVerifier.verify("plain", folder.resolve("plain")).format()).isEqualTo(4);
  }

  /** Windows of attention need format 8. The bundle is read with the windows of its model. */
  @Test
  void publish_modelWithWindows_isOfFormat8() throws IOException {
    AttentionWindow window = new AttentionWindow(4, 1, 1);
    TinyBundles.publishWindowed(folder, "windows", window, folder);
    assertThat(BundleVerifier.verify("windows", folder.resolve("windows")).format()).isEqualTo(8);
    check("windows");
    Path model = BundleReader.model(folder.resolve("windows"));
    assertThat(ModelFolder.config(model).window()).isEqualTo(window);
  }

  /** Files of pre-ranking need format 7. They change neither the fingerprint nor the answers. */
  @Test
  void publish_modelWithPreRanking_isOfFormat7() throws IOException {
    FeedLog log =
        new FeedLogBuilder(
                new FeedSchema(TinyBundles.ACTIONS, List.of("click"), TinyBundles.SURFACES),
                TinyBundles.catalogue())
            .user("u")
            .action(3, 1, 0, 1)
            .action(4, 1, 0, 2)
            .user("v")
            .action(3, 1, 0, 1)
            .action(4, 1, 0, 2)
            .build();
    PreRankTables tables = PreRankTables.of(log, Holdout.timeSplit(log, 10, 20));
    List<FittedPreRank.Feature> features = List.of(new FittedPreRank.Feature("follows", 2, 0));
    FittedPreRank weights = new FittedPreRank(1, 1, features, 60, 100, 20, 0.5, 0.6);
    TinyBundles.publishPreRanked(folder, "pre-ranked", 11, tables, weights, folder);
    TinyBundles.publish(folder, "plain", "exact", 11, folder.resolve("scratch"));
    BundleManifest manifest = BundleVerifier.verify("pre-ranked", folder.resolve("pre-ranked"));
    assertThat(manifest.format()).isEqualTo(7);
    assertThat(manifest.modelFingerprint())
        .isEqualTo(BundleVerifier.verify("plain", folder.resolve("plain")).modelFingerprint());
    check("pre-ranked");
    try (LoadedBundle loaded = reader().load("pre-ranked");
        LoadedBundle plain = reader().load("plain")) {
      assertThat(loaded.preRank().orElseThrow().fitted()).isEqualTo(weights);
      assertThat(loaded.follows().orElseThrow().of(new int[] {3}).rows()).containsExactly(4);
      assertThat(plain.preRank()).isEmpty();
      assertThat(plain.follows()).isEmpty();
    }
    List<FittedPreRank.Feature> other = List.of(new FittedPreRank.Feature("unheard", 2, 0));
    new FittedPreRank(1, 1, other, 60, 100, 20, 0.5, 0.6)
        .write(BundleReader.model(folder.resolve("pre-ranked")));
    TinyBundles.reseal(folder.resolve("pre-ranked"));
    assertThatThrownBy(() -> reader().load("pre-ranked"))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("bundle pre-ranked: prerank.json: one of the features")
        .hasMessageContaining("expected, got unheard");
  }

  /**
   * Weights for ordering a page need format 6. They change neither the fingerprint nor the answers.
   */
  @Test
  void publish_modelWithAnOrderOfPages_isOfFormat6() throws IOException {
    FittedPageOrder order =
        new FittedPageOrder(0.5f, Map.of("click", 0.25f, "save", 0f, "hide", -1f), 60, 0.1, 0.2);
    TinyBundles.publishOrdered(folder, "ordered", 11, order, folder);
    TinyBundles.publish(folder, "plain", "exact", 11, folder.resolve("scratch"));
    BundleManifest manifest = BundleVerifier.verify("ordered", folder.resolve("ordered"));
    assertThat(manifest.format()).isEqualTo(6);
    assertThat(manifest.modelFingerprint())
        .isEqualTo(BundleVerifier.verify("plain", folder.resolve("plain")).modelFingerprint());
    check("ordered");
    try (LoadedBundle loaded = reader().load("ordered")) {
      assertThat(loaded.pageOrder().orElseThrow().similarity()).isEqualTo(0.5f);
      assertThat(loaded.pageOrder().orElseThrow().probabilities(TinyBundles.ACTIONS))
          .isEqualTo(order.probabilities());
    }
    try (LoadedBundle loaded = reader().load("plain")) {
      assertThat(loaded.pageOrder()).isEmpty();
    }
  }

  @Test
  void load_orderOfOtherActions_isRefused() {
    FittedPageOrder order = new FittedPageOrder(0.5f, Map.of("click", 0.25f), 60, 0.1, 0.2);
    TinyBundles.publishOrdered(folder, "ordered", 11, order, folder);
    assertThatThrownBy(() -> reader().load("ordered"))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("bundle ordered: page.json: a weight for each of the actions");
  }

  @Test
  void publish_itemsWithKeys_carriesTheirKeys() {
    TinyBundles.publish(folder, "keyed", "exact", 13, folder);
    try (LoadedBundle loaded = reader().load("keyed")) {
      assertThat(loaded.catalogue().key(2)).isEqualTo("key 2");
      assertThat(loaded.catalogue().row("key 2")).isEqualTo(2);
      assertThat(loaded.catalogue().key(3)).isEmpty();
    }
  }

  private Catalogue catalogue() {
    return Catalogue.read(bundle.resolve(BundleLayout.CATALOGUE));
  }

  /**
   * Returns counts of users per class: a hundred for every class, but none for the classes of gaps
   * above 3.
   */
  private static ClassCounts counts(ModelConfig config) {
    Map<String, ClassCounts.Met> tables = new TreeMap<>();
    for (InputTable table : InputTable.values()) {
      boolean gaps = table.tensor().endsWith("_gap");
      List<Long> users =
          LongStream.range(0, table.classes(config))
              .map(i -> gaps && i > 3 ? 0 : 100)
              .boxed()
              .toList();
      tables.put(table.tensor(), new ClassCounts.Met(users, users));
    }
    return new ClassCounts(20, tables);
  }

  private BundleManifest manifest() throws IOException {
    return BundleManifest.parse(Files.readAllBytes(bundle.resolve(BundleLayout.MANIFEST)));
  }

  private void check() {
    check(NAME);
  }

  private void check(String name) {
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1 << 20));
        LoadedBundle loaded = reader().load(name)) {
      loaded.selfCheck(cache, KvType.FLOAT32, Precision.FLOAT32);
    }
  }

  private BundleReader reader() {
    return new BundleReader(folder, EngineOptions.cpu());
  }
}
