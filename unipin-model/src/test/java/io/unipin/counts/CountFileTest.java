package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.counts.CountWeights.Action;
import io.unipin.feedlog.FeedLog;
import io.unipin.train.TestLogs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountFileTest {
  private final FeedLog log = CountLogs.random(30, 5);
  private final CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));

  @TempDir Path folder;

  @BeforeEach
  void write() {
    ranking().write(folder);
  }

  private CountedRanking ranking() {
    Map<String, Action> actions = new LinkedHashMap<>();
    actions.put("like", new Action(0.9f, 0.1f, Map.of("item.all.like", 0.8f, "follow", 0.05f)));
    actions.put("hide", Action.NONE);
    return new CountedRanking(tables, new CountWeights(tables.features(), actions));
  }

  private static float[] inputs(CountTables tables) {
    int[] items = new int[CountLogs.ITEMS];
    Arrays.setAll(items, i -> i);
    float[] out = new float[items.length * tables.features().width()];
    new CountInputs(tables).fill(tables.query(1, new int[] {3, 2, 1, 0}), items, out);
    return out;
  }

  @Test
  void read_whatWasWritten_givesTheSame() throws IOException {
    CountTables read = CountTables.read(folder);
    assertThat(read.generation()).isEqualTo(tables.generation());
    assertThat(read.until()).isEqualTo(tables.until());
    assertThat(read.bytes()).isEqualTo(tables.bytes());
    assertThat(read.items()).isEqualTo(CountLogs.ITEMS);
    assertThat(read.features()).isEqualTo(tables.features());
    assertThat(inputs(read)).isEqualTo(inputs(tables));
    Path again = folder.resolve("again");
    read.write(again);
    for (String name : List.of(CountManifest.NAME, CountFile.NAME)) {
      assertThat(again.resolve(name)).hasSameBinaryContentAs(folder.resolve(name));
    }
    try (var files = Files.list(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(CountedRanking.FILES);
    }
  }

  @Test
  void count_again_writesTheSameBytes() {
    Path again = folder.resolve("again");
    CountBuilder.count(log, CountLogs.holdout(log)).write(again);
    assertThat(again.resolve(CountFile.NAME))
        .hasSameBinaryContentAs(folder.resolve(CountFile.NAME));
  }

  @Test
  void read_truncatedOrChangedTables_isRefused() throws IOException {
    Path file = folder.resolve(CountFile.NAME);
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - 1));
    assertRefused("tables.bin: %s bytes expected, got %s".formatted(all.length, all.length - 1));
    Random random = new Random(1);
    for (int trial = 0; trial < 20; trial++) {
      byte[] changed = all.clone();
      changed[random.nextInt(all.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, changed);
      assertRefused("tables.bin: SHA-256");
    }
    Files.delete(file);
    assertRefused("tables.bin: a file expected");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> CountTables.read(folder))
        .isInstanceOf(CountsException.class)
        .hasMessageContaining(message);
  }

  /** A file whose size and checksum are those of the manifest may still hold impossible numbers. */
  @Test
  void read_numbersThatContradictEachOther_isRefused() throws IOException {
    byte[] all = Files.readAllBytes(folder.resolve(CountFile.NAME));
    int first = Integer.BYTES * (1 + 2 * CountLogs.ITEMS);
    assertRefusedBytes(changed(all, 0, 7), "first number");
    assertRefusedBytes(changed(all, 4, 99), "category: -1 to 2 expected, got 99");
    assertRefusedBytes(changed(all, first, 2), "rows of TOTAL: 0 to 1 expected, got 2");
    assertRefusedBytes(changed(all, first, -1), "rows of TOTAL: 0 to 1 expected, got -1");
    assertRefusedBytes(changed(all, first + 8, 5), "a key of TOTAL from 0 to 0 expected");
    assertRefusedBytes(changed(all, first + 12, -3), "impressions of TOTAL");
    assertRefusedBytes(changed(all, first + 16, Integer.MAX_VALUE), "impressions of TOTAL");
    assertRefusedBytes(changed(all, first + 28, Integer.MAX_VALUE), "actions of TOTAL");
    assertRefusedBytes(Arrays.copyOf(all, all.length + 4), "the end of the file expected");
    Random random = new Random(2);
    for (int trial = 0; trial < 200; trial++) {
      byte[] cut = Arrays.copyOf(all, random.nextInt(all.length));
      assertRefusedBytes(cut, "more bytes expected, got the end of the file");
    }
  }

  /**
   * Reading a file with random changes either fails with {@link CountsException} or gives tables
   * that work.
   */
  @Test
  void read_randomChanges_failsOrWorks() throws IOException {
    byte[] all = Files.readAllBytes(folder.resolve(CountFile.NAME));
    Random random = new Random(3);
    int refused = 0;
    for (int trial = 0; trial < 500; trial++) {
      byte[] bytes = all.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[random.nextInt(all.length)] = (byte) random.nextInt(256);
      }
      try {
        for (float input : inputs(CountTables.of(read(bytes)))) {
          assertThat(input).isFinite();
        }
      } catch (CountsException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  private static byte[] changed(byte[] all, int at, int number) {
    byte[] changed = all.clone();
    ByteBuffer.wrap(changed).putInt(at, number);
    return changed;
  }

  private CountData read(byte[] bytes) throws IOException {
    return CountFile.read(tables.layout(), 0, bytes.length, new ByteArrayInputStream(bytes));
  }

  private void assertRefusedBytes(byte[] bytes, String message) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(CountsException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "version' : 2 | version' : 9 | manifest.json: version 1 to 2 expected, got 9",
        "version' : 2 | version' : 1 | tables.bin: ",
        "'items' : 20 | 'items' : 0 | items: 1 to",
        "'items' : 20 | 'items' : 90000000 | more bytes expected",
        "'categories' : 3 | 'categories' : 300 | categories: 0 to 20 expected, got 300",
        "'7d' | '8d' | a window expected, got 8d",
        "'all', '28d' | '28d', 'all' | windows from all to 1d",
        "'2024-04-05T00:00:00Z' | 'yesterday' | until: an instant expected, got yesterday",
        "'before' : true, |  | before",
        "'like', 'hide' |  | number of actions: 1 to 62 expected, got 0",
      })
  void read_brokenManifest_isRefused(String part, String other, String message) throws IOException {
    Path file = folder.resolve(CountManifest.NAME);
    String text = Files.readString(file);
    String old = part.replace('\'', '"');
    assertThat(text).contains(old);
    String now = other == null ? "" : other.replace('\'', '"');
    Files.writeString(file, text.replace(old, now));
    assertRefused(message);
  }

  @Test
  void ranking_otherModel_isRefused() {
    List<String> actions = TestLogs.SCHEMA.actions();
    List<String> surfaces = TestLogs.SCHEMA.surfaces();
    CountedRanking read = CountedRanking.read(folder, actions, surfaces, log.catalogue());
    assertThat(read.tables().generation()).isEqualTo(tables.generation());
    assertThatThrownBy(
            () -> CountedRanking.read(folder, List.of("hide"), surfaces, log.catalogue()))
        .hasMessage("counts of the actions [hide] expected, got counts of [like, hide]");
    assertThatThrownBy(() -> CountedRanking.read(folder, actions, List.of("home"), log.catalogue()))
        .hasMessage("counts of the surfaces [home] expected, got counts of [home, related]");
    assertThatThrownBy(
            () ->
                CountedRanking.read(
                    folder, actions, surfaces, TestLogs.log(20).build().catalogue()))
        .hasMessage("counts of the 20 items of the bundle expected, got counts of 20 items");
    assertThat(CountedRanking.find(folder, actions, surfaces, log.catalogue())).isEmpty();
  }

  @Test
  void ranking_weightsOfOtherFeatures_isRefused() {
    CountWeights others =
        new CountWeights(new CountFeatures(List.of("a")), Map.of("like", Action.NONE));
    assertThatThrownBy(() -> new CountedRanking(tables, others))
        .isInstanceOf(CountsException.class)
        .hasMessageContaining("counts.json: weights of the tables' features");
    CountWeights fewer = new CountWeights(tables.features(), Map.of("like", Action.NONE));
    assertThatThrownBy(() -> new CountedRanking(tables, fewer))
        .hasMessage(
            "counts.json: weights of the tables' actions [like, hide] expected, got [like]");
  }

  @Test
  void apply_unknownItems_keepTheirOrder() {
    int[] items = {CountQuery.NONE, 20, 21, 22, 23};
    float[] probabilities = {0.5f, 0.1f, 0.3f, 0.1f, 0.4f, 0.1f, 0.2f, 0.1f, 0.6f, 0.1f};
    ranking().apply(tables.query(0, new int[] {0, 1, 2}), items, probabilities);
    Integer[] order = {0, 1, 2, 3, 4};
    Arrays.sort(order, (a, b) -> Float.compare(probabilities[2 * a], probabilities[2 * b]));
    assertThat(order).containsExactly(3, 1, 2, 0, 4);
  }

  /** Returns a folder that an earlier build wrote. */
  private static Path golden(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(CountFileTest.class.getResource(name)).toURI());
  }

  private static CountedRanking ranking(Path folder) {
    return CountedRanking.read(
        folder, TestLogs.SCHEMA.actions(), TestLogs.SCHEMA.surfaces(), CountLogs.catalogue());
  }

  /** Newer tables must give the inputs for which the bundle's weights are. */
  @Test
  void recount_tablesOfVersion1_givesTablesOfVersion1() throws Exception {
    Path golden = golden("version-1");
    CountTables former = CountTables.read(golden);
    assertThat(former.features().names()).noneMatch(name -> name.startsWith("own."));
    CountTables newer = CountBuilder.recount(log, CountLogs.TEST, former, CountLogs.catalogue());
    assertThat(newer.features()).isEqualTo(former.features());
    newer.write(folder);
    assertThat(Files.readString(folder.resolve(CountManifest.NAME))).contains("\"version\" : 1");
    assertThat(CountTables.read(folder).generation()).isEqualTo(newer.generation());
  }

  /** A folder that version 1 wrote must always be readable, and give the same inputs. */
  @Test
  void read_folderOfVersion1_givesItsInputs() throws Exception {
    Path golden = golden("version-1");
    CountTables read = CountTables.read(golden);
    assertThat(read.generation()).isEqualTo("2024-04-05T00:00:00Z-423507c3523f");
    CountedRanking ranking = ranking(golden);
    float[] probabilities = {0.5f, 0.25f, 0.5f, 0.25f};
    ranking.apply(read.query(1, new int[] {3, 2}), new int[] {1, 7}, probabilities);
    assertThat(probabilities[0]).isCloseTo(0.70591825f, within(1e-6f));
    assertThat(probabilities[2]).isCloseTo(0.6466384f, within(1e-6f));
    assertThat(probabilities[1]).isEqualTo(0.25f);
  }

  /** A folder that version 2 wrote must always be readable, and give the same inputs. */
  @Test
  void read_folderOfVersion2_givesItsInputs() throws Exception {
    Path golden = golden("version-2");
    CountTables read = CountTables.read(golden);
    assertThat(read.generation()).isEqualTo("2024-04-05T00:00:00Z-e9154b62820a");
    CountedRanking ranking = ranking(golden);
    float[] probabilities = {0.5f, 0.25f, 0.5f, 0.25f};
    int[] own = {10, 4, 1}; // ten actions, of which four are likes and one is a hide
    ranking.apply(read.query(1, new int[] {3, 2}, own), new int[] {1, 7}, probabilities);
    assertThat(probabilities[0]).isCloseTo(0.57628477f, within(1e-6f));
    assertThat(probabilities[2]).isCloseTo(0.63469845f, within(1e-6f));
    assertThat(probabilities[1]).isEqualTo(0.25f);
  }
}
