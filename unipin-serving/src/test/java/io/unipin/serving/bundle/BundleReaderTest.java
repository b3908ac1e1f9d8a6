package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvCacheException;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.model.Precision;
import io.unipin.model.features.DeviceFullException;
import io.unipin.model.features.DeviceLostException;
import io.unipin.model.features.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BundleReaderTest {
  @TempDir Path folder;
  @TempDir Path scratch;

  private Path bundle;

  @BeforeEach
  void publish() {
    TinyBundles.publish(folder, "tiny", "exact", 1, scratch);
    bundle = folder.resolve("tiny");
  }

  @Test
  void load_published_fitsTogether() {
    try (LoadedBundle loaded = load()) {
      assertThat(loaded.name()).isEqualTo("tiny");
      assertThat(loaded.indexVersion()).startsWith("exact-");
      assertThat(loaded.catalogue().size()).isEqualTo(TinyBundles.ITEMS);
      assertThat(loaded.catalogue().title(3)).isEqualTo("Item 3");
      assertThat(loaded.index().size()).isEqualTo(TinyBundles.ITEMS);
    }
  }

  @Test
  void summaries_whatHasNoReadableManifest_isNone() throws IOException {
    List<String> unreadable = List.of("null", "[]", "7", "", "{}", " ".repeat((1 << 20) + 1));
    for (int i = 0; i < unreadable.size(); i++) {
      Path other = Files.createDirectory(folder.resolve("other" + i));
      Files.writeString(other.resolve("manifest.json"), unreadable.get(i));
    }
    Files.createDirectories(folder.resolve("folder").resolve("manifest.json"));
    BundleReader reader = new BundleReader(folder, EngineOptions.cpu());
    assertThat(reader.summaries()).extracting(BundleSummary::name).containsExactly("tiny");
    assertThat(reader.list()).hasSize(unreadable.size() + 2);
  }

  @Test
  void errors_nameNoPath() throws IOException {
    BundleReader nowhere = new BundleReader(folder.resolve("gone"), EngineOptions.cpu());
    Files.delete(bundle.resolve("catalogue.parquet"));
    Files.createDirectory(bundle.resolve("catalogue.parquet"));
    BundleReader reader = new BundleReader(folder, EngineOptions.cpu());
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(nowhere::summaries, nowhere::list, () -> reader.load("tiny"))) {
      assertThatThrownBy(call)
          .isInstanceOf(BundleException.class)
          .hasMessageNotContaining(folder.toString());
    }
  }

  @Test
  void publish_leavesNothingElseBehindAndNeverReplaces() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      assertThat(paths).containsExactly(bundle);
    }
    assertThatThrownBy(() -> TinyBundles.publish(folder, "tiny", "exact", 2, scratch))
        .isInstanceOf(BundleException.class)
        .hasMessage("bundle tiny: exists, and a bundle never changes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "manifest.json",
        "model/config.json",
        "model/weights.safetensors",
        "model/items.safetensors",
        "catalogue.parquet"
      })
  void load_anyDamage_isRefusedInOneLine(String name) throws IOException {
    Path file = bundle.resolve(name);
    byte[] intact = Files.readAllBytes(file);
    Random random = new Random(7);
    for (int trial = 0; trial < 20; trial++) {
      byte[] damaged;
      if (trial % 2 == 0) {
        damaged = intact.clone();
        int at = random.nextInt(damaged.length);
        damaged[at] ^= (byte) (1 << random.nextInt(8));
      } else {
        damaged = Arrays.copyOf(intact, random.nextInt(intact.length));
      }
      Files.write(file, damaged);
      if (!sameMeaning(name, intact, damaged)) {
        assertRefused("bundle tiny: ", name);
      }
    }
    Files.delete(file);
    assertRefused("bundle tiny: " + name, "expected");
    Files.write(file, intact);
    load().close();
  }

  /**
   * Whether a file is the manifest and its two versions differ only in white space, which does not
   * change the meaning.
   */
  private static boolean sameMeaning(String name, byte[] one, byte[] other) {
    return name.equals("manifest.json")
        && new String(one, StandardCharsets.UTF_8)
            .replaceAll("\\s", "")
            .equals(new String(other, StandardCharsets.UTF_8).replaceAll("\\s", ""));
  }

  @Test
  void selfCheck_bundleAsPublished_passesInEveryPrecision() {
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1 << 20))) {
      for (KvType type : KvType.values()) {
        try (LoadedBundle loaded = load()) {
          loaded.selfCheck(cache, type, Precision.FLOAT32);
        }
      }
      assertThat(cache.stats().leases()).isZero();
    }
  }

  @Test
  void selfCheck_otherAnswersThanPublished_isRefused() throws IOException {
    TinyBundles.spoilGolden(bundle);
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1 << 20));
        LoadedBundle loaded = load()) {
      assertThatThrownBy(() -> loaded.selfCheck(cache, KvType.FLOAT32, Precision.FLOAT32))
          .isInstanceOf(BundleException.class)
          .hasMessageStartingWith("bundle tiny: golden queries: query ")
          .hasMessageContaining("expected probability");
      assertThat(cache.stats().leases()).isZero();
    }
  }

  /** The cache is too small for a while, or at all. The bundle is not the cause. */
  @Test
  void selfCheck_noRoomInTheCache_isNoFaultOfTheBundle() {
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1));
        LoadedBundle loaded = load()) {
      assertThatThrownBy(() -> loaded.selfCheck(cache, KvType.FLOAT32, Precision.FLOAT32))
          .isInstanceOf(KvCacheException.class);
    }
  }

  @Test
  void fault_ofTheMachine_isThrownAsItIs() {
    for (RuntimeException failure :
        List.of(
            new KvCacheException("no room"),
            new DeviceFullException("no memory", new IllegalStateException()),
            new DeviceLostException("lost", new IllegalStateException()))) {
      assertThatThrownBy(() -> BundleFault.rethrowIfOfMachine(failure)).isSameAs(failure);
    }
    assertThatNoException()
        .isThrownBy(() -> BundleFault.rethrowIfOfMachine(new ModelException("of the model")));
  }

  /**
   * Rounding to eight bits changes query vectors a little. So with INT8 a query may miss some of
   * the expected items, but not all.
   */
  @ParameterizedTest
  @CsvSource({"0.5, FLOAT32, false", "0.5, INT8, true", "1, INT8, false"})
  void selfCheck_otherItemsThanPublished_isRefusedByPrecision(
      double others, Precision precision, boolean passes) throws IOException {
    TinyBundles.spoilRetrieved(bundle, others);
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1 << 20));
        LoadedBundle loaded = load()) {
      ThrowingCallable check = () -> loaded.selfCheck(cache, KvType.FLOAT32, precision);
      if (passes) {
        assertThatNoException().isThrownBy(check);
      } else {
        assertThatThrownBy(check)
            .isInstanceOf(BundleException.class)
            .hasMessageContaining("expected to retrieve at least");
      }
    }
  }

  @Test
  void load_formatWithoutGoldenQueries_isStillRead() throws IOException {
    TinyBundles.forgetGolden(bundle);
    assertThat(Files.readString(bundle.resolve("manifest.json"))).doesNotContain("golden");
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(0, Duration.ofHours(1), 1 << 20));
        LoadedBundle loaded = load()) {
      loaded.selfCheck(cache, KvType.FLOAT32, Precision.FLOAT32);
    }
  }

  @Test
  void copy_underAnotherName_loadsAndListsBoth() throws IOException {
    BundlePublisher.copy(bundle, folder.resolve("tiny-2"));
    try (LoadedBundle copy = reader().load("tiny-2");
        LoadedBundle own = load()) {
      assertThat(copy.modelVersion()).isEqualTo(own.modelVersion());
    }
    assertThatThrownBy(() -> BundlePublisher.copy(bundle, folder.resolve("tiny-2")))
        .hasMessageContaining("exists");
    assertThatThrownBy(() -> BundlePublisher.copy(bundle, folder.resolve("Tiny")))
        .hasMessageContaining("name");
    Files.writeString(folder.resolve("tiny-2").resolve("manifest.json"), "{}");
    List<BundleListing> listings = reader().list();
    assertThat(listings)
        .extracting(BundleListing::name)
        .containsExactlyInAnyOrder("tiny", "tiny-2");
    assertThat(listings).filteredOn(listing -> listing.problem().isEmpty()).hasSize(1);
  }

  @Test
  void load_withoutItsRecipeOrWithAnother_isRefused() throws IOException {
    Path model = scratch.resolve("model-tiny");
    Files.writeString(model.resolve("recipe.yaml"), "training:\n  epochs: 3\n");
    BundlePublisher.publish(model, TinyBundles.catalogue(), "exact", folder.resolve("trained"));
    reader().load("trained").close();
    Path recipe = BundleReader.recipe(folder.resolve("trained")).orElseThrow();
    for (String yaml : List.of("training:\n  epochs: 4\n", "")) {
      Files.writeString(recipe, yaml);
      assertThatThrownBy(() -> reader().load("trained"))
          .isInstanceOf(BundleException.class)
          .hasMessageContaining("model/recipe.yaml: ");
    }
    Files.delete(recipe);
    assertThatThrownBy(() -> reader().load("trained"))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("model/recipe.yaml: a file expected, none found");
    assertThat(BundleReader.recipe(bundle)).as("of a model that was not trained").isEmpty();
  }

  @Test
  void load_foreignFiles_areRefused() throws IOException {
    TinyBundles.publish(folder, "other", "exact", 2, scratch);
    for (String name : List.of("model/weights.safetensors", "manifest.json")) {
      Path file = bundle.resolve(name);
      byte[] own = Files.readAllBytes(file);
      Files.copy(
          folder.resolve("other").resolve(name),
          file,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertRefused("bundle tiny: " + name, "expected");
      Files.write(file, own);
    }
    Files.createDirectories(folder.resolve("text"));
    Files.writeString(folder.resolve("text").resolve("manifest.json"), "{\"format\": 1}");
    assertThatThrownBy(() -> reader().load("text"))
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith("bundle text: manifest.json: ");
  }

  @Test
  void load_extraFileOrLink_isRefused() throws IOException {
    Path extra = Files.writeString(bundle.resolve("model").resolve("program.py"), "import os");
    assertRefused("bundle tiny: file not in the manifest: model/program.py", "");
    Files.delete(extra);
    Path config = bundle.resolve("model").resolve("config.json");
    Path moved = scratch.resolve("config.json");
    Files.move(config, moved);
    Files.createSymbolicLink(config, moved);
    assertRefused("bundle tiny: a file expected, got a link: model/config.json", "");
  }

  /** A deployment may replace a link to the bundle's folder. What it names is verified alike. */
  @Test
  void load_folderThatIsALink_isVerifiedLikeAFolder() throws IOException {
    Path target = scratch.resolve("target");
    Files.move(bundle, target);
    Files.createSymbolicLink(bundle, target);
    load().close();
    Path extra = Files.writeString(target.resolve("model").resolve("program.py"), "import os");
    assertRefused("bundle tiny: file not in the manifest: model/program.py", "");
    Files.delete(extra);
    Path model = scratch.resolve("model");
    Files.move(target.resolve("model"), model);
    Files.createSymbolicLink(target.resolve("model"), model);
    assertRefused("bundle tiny: a file expected, got a link: model", "");
  }

  /** A path can be too long to be opened. So a bundle can exist that nobody can walk through. */
  @Test
  void load_folderThatCantBeRead_isRefused() throws IOException {
    Path deep = scratch;
    int most = 4090 - "/tiny/manifest.json".length();
    while (deep.toString().length() < most - 1) {
      int left = most - deep.toString().length() - 1;
      deep = deep.resolve("d".repeat(left > 202 ? 100 : left));
    }
    Files.createDirectories(deep);
    Path moved = Files.move(bundle, deep.resolve("tiny"));
    BundleReader reader = new BundleReader(deep, EngineOptions.cpu());
    try {
      assertThatThrownBy(() -> reader.load("tiny").close())
          .isInstanceOf(BundleException.class)
          .hasMessage("bundle tiny: can't be read: FileSystemException");
    } finally {
      Files.move(moved, bundle); // so that the folder can be deleted
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact", "HNSW8"})
  void load_vectorsThatAreNotFinite_isRefused(String factory) throws IOException {
    TinyBundles.publish(folder, "other", factory, 1, scratch);
    Path other = folder.resolve("other");
    Path file = other.resolve("model").resolve("items.safetensors");
    byte[] items = Files.readAllBytes(file);
    ByteBuffer content = ByteBuffer.wrap(items).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = Long.BYTES + (int) content.getLong(0); at < items.length; at += Float.BYTES) {
      content.putFloat(at, Float.NaN);
    }
    Files.write(file, items);
    TinyBundles.reseal(other);
    assertThatThrownBy(() -> reader().load("other").close())
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith("bundle other: ")
        .hasMessageContaining("expected");
  }

  @Test
  void load_historyThatNoBlockCanHold_isRefused() throws IOException {
    Path config = bundle.resolve("model").resolve("config.json");
    String text = Files.readString(config);
    for (String value : List.of("2147483644", "16777216")) {
      Files.writeString(config, text.replaceAll("(\"maxHistory\"\\s*:\\s*)\\d+", "$1" + value));
      TinyBundles.reseal(bundle);
      assertRefused("bundle tiny: ", "a block of at most ");
    }
  }

  /**
   * Checksums that match do not make a bundle safe: an attacker who can write a bundle can also
   * write its manifest.
   */
  @Test
  void load_hostileContentUnderAFittingManifest_isRefused() throws IOException {
    Path config = bundle.resolve("model").resolve("config.json");
    String text = Files.readString(config);
    for (String field : List.of("items", "width", "layers", "heads", "maxHistory", "itemDim")) {
      for (String value : List.of("2147483647", "-1", "0", "1e99", "[]", "null")) {
        String hostile = text.replaceAll("(\"" + field + "\"\\s*:\\s*)\\d+", "$1" + value);
        assertThat(hostile).isNotEqualTo(text);
        Files.writeString(config, hostile);
        assertRefusedResealed();
      }
    }
    Files.writeString(config, "[".repeat(100_000));
    assertRefusedResealed();
    Files.writeString(config, text);
    for (String name : List.of("weights.safetensors", "items.safetensors")) {
      Path file = bundle.resolve("model").resolve(name);
      byte[] intact = Files.readAllBytes(file);
      byte[] longHeader = intact.clone();
      Arrays.fill(longHeader, 0, 8, (byte) 0x7f);
      byte[] noHeader = new byte[8];
      byte[] deep =
          ("\u0010'\0\0\0\0\0\0" + "{\"a\":".repeat(2000)).getBytes(StandardCharsets.ISO_8859_1);
      for (byte[] hostile : List.of(longHeader, noHeader, deep, new byte[0])) {
        Files.write(file, hostile);
        assertRefusedResealed();
      }
      Files.write(file, intact);
    }
    Files.writeString(bundle.resolve("catalogue.parquet"), "PAR1 or so PAR1");
    assertRefusedResealed();
  }

  private void assertRefusedResealed() throws IOException {
    TinyBundles.reseal(bundle);
    assertRefused("bundle tiny: ", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "items"    | "itmes"         | manifest.json:7:3: itmes: unknown key; known here are [format, name, created,
          "format" : | "format" : "4", "x" : | manifest.json:2:3: format: a whole number expected, got "4"
          "format" : | "format" : 1.5, "x" : | manifest.json:2:3: format: a whole number expected, got 1.5
          "format" : | "name" : 1, "format" : | manifest.json:3:3: name: a key that stands once expected, got it again
          "files" : [| "files" : null, "x" : [ | manifest.json:9:3: files: a value expected, got nothing
          """)
  void load_manifestWithAWrongValue_isRefusedAtItsPlace(String own, String wrong, String message)
      throws IOException {
    Path file = bundle.resolve("manifest.json");
    String text = Files.readString(file);
    assertThat(text).contains(own);
    Files.writeString(file, text.replaceFirst(Pattern.quote(own), wrong));
    assertRefused("bundle tiny: " + message, "");
  }

  @Test
  void load_manifestThatNamesOtherPaths_isRefused() throws IOException {
    Path file = bundle.resolve("manifest.json");
    BundleManifest manifest = BundleManifest.parse(Files.readAllBytes(file));
    List<BundleFile> files =
        manifest.files().stream()
            .map(
                entry ->
                    entry.path().equals("catalogue.parquet")
                        ? new BundleFile("../../secret", entry.bytes(), entry.sha256())
                        : entry)
            .toList();
    BundleManifest hostile =
        new BundleManifest(
            manifest.format(),
            manifest.name(),
            manifest.created(),
            manifest.modelFingerprint(),
            manifest.index(),
            manifest.items(),
            manifest.dimension(),
            files,
            manifest.golden(),
            "");
    Files.write(file, hostile.sealed().toJson());
    assertRefused("bundle tiny: manifest.json: files ", "../../secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../tiny", "/etc", "Tiny", "no-such", "tiny/model", "a\u0000b"})
  void load_wrongName_isRefused(String name) {
    assertThatThrownBy(() -> reader().load(name)).isInstanceOf(BundleException.class);
  }

  private void assertRefused(String start, String part) {
    assertThatThrownBy(() -> load().close())
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith(start)
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n")
        .hasMessageNotContaining(folder.toString())
        .hasMessageNotContaining(scratch.toString());
  }

  private LoadedBundle load() {
    return reader().load("tiny");
  }

  private BundleReader reader() {
    return new BundleReader(folder, EngineOptions.cpu());
  }
}
