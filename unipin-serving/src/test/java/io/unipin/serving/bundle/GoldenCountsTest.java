package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.unipin.counts.CountTables;
import io.unipin.counts.CountedRanking;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests bundles with tables of counts. The answers to their golden queries depend on the tables.
 */
class GoldenCountsTest {
  private static final String NAME = "counted";

  @TempDir Path folder;
  private CountTables tables;

  @BeforeEach
  void publish() {
    tables = CountedBundles.tables(TinyBundles.catalogue(), 1, CountedBundles.UNTIL);
    CountedBundles.publish(folder, NAME, 11, tables, folder.resolve("scratch"));
  }

  private Path counts() {
    return folder.resolve(NAME).resolve("model/counts");
  }

  private void check(String name) {
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1 << 20));
        LoadedBundle loaded = new BundleReader(folder, EngineOptions.cpu()).load(name)) {
      loaded.selfCheck(cache, KvType.FLOAT32, Precision.FLOAT32);
    }
  }

  /** Counts need format 7. They do not change the fingerprint. */
  @Test
  void publish_modelWithCounts_isOfFormat7() {
    TinyBundles.publish(folder, "plain", "exact", 11, folder.resolve("scratch"));
    BundleManifest plain = BundleVerifier.verify("plain", folder.resolve("plain"));
    BundleManifest manifest = BundleVerifier.verify(NAME, folder.resolve(NAME));
    assertThat(plain.format()).isEqualTo(4);
    assertThat(plain.counts()).isEmpty();
    assertThat(manifest.format()).isEqualTo(7);
    assertThat(manifest.modelFingerprint()).isEqualTo(plain.modelFingerprint());
    assertThat(manifest.counts()).isEqualTo(tables.generation()).startsWith("2024-01-10");
    assertThat(manifest.golden())
        .allSatisfy(query -> assertThat(query.counts()).isEqualTo(tables.generation()));
    assertThat(manifest.golden().get(2).probabilities())
        .as("the counts change the answers")
        .isNotEqualTo(plain.golden().get(2).probabilities());
    assertThat(manifest.golden().get(2).retrieved())
        .as("but not what is retrieved")
        .isEqualTo(plain.golden().get(2).retrieved());
    check(NAME);
    BundlePublisher.copy(folder.resolve(NAME), folder.resolve("copied"));
    check("copied");
  }

  @Test
  void load_readsTheTables() {
    try (LoadedBundle loaded = new BundleReader(folder, EngineOptions.cpu()).load(NAME)) {
      CountedRanking counts = loaded.counts().orElseThrow();
      assertThat(loaded.ownCounts()).containsSame(counts);
      assertThat(counts.tables().generation()).isEqualTo(tables.generation());
      assertThat(counts.tables().until()).isEqualTo(CountedBundles.UNTIL);
    }
  }

  /** The bundle has other tables, with right checksums. */
  @Test
  void selfCheck_tablesOfAnotherGeneration_isRefused() throws IOException {
    CountTables others = CountedBundles.tables(TinyBundles.catalogue(), 2, CountedBundles.UNTIL);
    others.write(counts());
    TinyBundles.reseal(folder.resolve(NAME));
    assertThatThrownBy(() -> check(NAME))
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "bundle counted: golden queries: query 0: expected counts '%s', got '%s'"
                .formatted(tables.generation(), others.generation()));
  }

  /** The generation matches, but the weights differ. */
  @Test
  void selfCheck_otherWeights_isRefused() throws IOException {
    Path file = counts().resolve("counts.json");
    String weights = Files.readString(file);
    assertThat(weights).contains("1.5");
    Files.writeString(file, weights.replace("1.5", "-1.5"));
    TinyBundles.reseal(folder.resolve(NAME));
    assertThatThrownBy(() -> check(NAME))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("golden queries: query 0: expected probability");
  }

  @Test
  void load_changedTables_isRefused() throws IOException {
    Path file = counts().resolve("tables.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> check(NAME))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("model/counts/tables.bin: SHA-256");
  }

  @Test
  void load_tablesAboveTheBound_isRefused() {
    BundleReader reader = new BundleReader(folder, EngineOptions.cpu(), 100);
    assertThatThrownBy(() -> reader.load(NAME))
        .isInstanceOf(BundleException.class)
        .hasMessageMatching(
            "bundle counted: counts: files of at most 100 bytes .* expected, got \\d+");
  }

  @Test
  void publish_incompleteCounts_isRefused() throws IOException {
    Path model = folder.resolve("scratch/model-counted");
    Files.delete(model.resolve("counts/counts.json"));
    assertThatThrownBy(
            () ->
                BundlePublisher.publish(
                    model, TinyBundles.catalogue(), "exact", folder.resolve("incomplete")))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("a file counts.json expected, got none");
    assertThat(folder.resolve("incomplete")).doesNotExist();
  }

  @Test
  void publish_countsOfOtherItems_isRefused() {
    Path model = folder.resolve("scratch/model-counted");
    assertThatThrownBy(
            () ->
                BundlePublisher.publish(
                    model, TinyBundles.otherCatalogue(), "exact", folder.resolve("other")))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("bundle other: counts: ");
  }

  @Test
  void list_namesTheGeneration() {
    TinyBundles.publish(folder, "plain", "exact", 11, folder.resolve("scratch"));
    assertThat(new BundleReader(folder, EngineOptions.cpu()).list())
        .filteredOn(bundle -> bundle.problem().isEmpty())
        .extracting(BundleListing::name, BundleListing::counts)
        .containsExactlyInAnyOrder(tuple(NAME, tables.generation()), tuple("plain", ""));
  }
}
