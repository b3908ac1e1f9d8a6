package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.ModelWriter;
import io.unipin.model.TestModels;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.InputTable;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassCountsTest {
  private static final ModelConfig CONFIG = TestModels.config(2, 1, 8);

  @TempDir Path folder;

  /**
   * Returns counts in which every class has 1,000 users, except in the table {@code only}. Class i
   * of that table has {@code users[i]} users.
   */
  static ClassCounts met(int leastUsers, InputTable only, long... users) {
    Map<String, ClassCounts.Met> tables = new TreeMap<>();
    for (InputTable table : InputTable.values()) {
      List<Long> counts =
          table == only
              ? Arrays.stream(Arrays.copyOf(users, table.classes(CONFIG))).boxed().toList()
              : Collections.nCopies(table.classes(CONFIG), 1000L);
      tables.put(table.tensor(), new ClassCounts.Met(counts, counts));
    }
    return new ClassCounts(leastUsers, tables);
  }

  private static int[] positions(long... users) {
    int[] all =
        met(20, InputTable.CANDIDATE_POSITION, users).standIns(InputTable.CANDIDATE_POSITION);
    return Arrays.copyOf(all, users.length);
  }

  private static int[] gaps(long... users) {
    return Arrays.copyOf(
        met(20, InputTable.TOKEN_GAP, users).standIns(InputTable.TOKEN_GAP), users.length);
  }

  @Test
  void standIns_rareOnes_areTheNearestAndOfTwoTheLower() {
    assertThat(positions(90, 50, 0, 3, 19, 20, 0, 0))
        .as("4 is nearer to 5 than to 1, and 3 is as near to both")
        .containsExactly(0, 1, 1, 1, 5, 5, 5, 5);
  }

  @Test
  void standIns_ofSoLittleDataThatNoneIsLearned_areThoseMetAtAll() {
    assertThat(positions(0, 3, 0, 0, 2)).containsExactly(1, 1, 1, 4, 4);
    assertThat(positions(0, 0, 0)).as("none was met").containsExactly(0, 0, 0);
  }

  @Test
  void standIns_ofGaps_leaveOutWhatIsNoGap() {
    assertThat(gaps(99, 0, 0, 50, 0, 60))
        .as("the first token's and the unknown gap stand for themselves")
        .containsExactly(0, 1, 3, 3, 3, 5);
    assertThat(gaps(99, 80, 1, 2, 0, 0))
        .as("a log almost without times")
        .containsExactly(0, 1, 1, 1, 1, 1);
    assertThat(gaps(99, 5, 1, 2, 0, 0)).as("hardly any data").containsExactly(0, 1, 2, 3, 3, 3);
  }

  @Test
  void standIns_leastUsersOfZero_areTheClassesThemselves() {
    ClassCounts counts = met(0, InputTable.TOKEN_GAP);
    assertThat(counts.standIns(InputTable.TOKEN_GAP))
        .containsExactly(IntStream.range(0, GapBuckets.COUNT).toArray());
    Weights weights = Weights.random(CONFIG, 1);
    Weights same = RareClasses.replaced(weights, counts);
    weights
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(same.get(name).toArray()).as(name).isEqualTo(tensor.toArray()));
  }

  @Test
  void replaced_names_getTheMeanOfTheLearned() {
    Weights weights = Weights.random(CONFIG, 1);
    Weights replaced = RareClasses.replaced(weights, met(20, InputTable.TOKEN_ACTION, 30, 3, 20));
    float[] old = weights.get("token_action").toArray();
    float[] now = replaced.get("token_action").toArray();
    int width = CONFIG.width();
    for (int d = 0; d < width; d++) {
      assertThat(now[d]).isEqualTo(old[d]);
      assertThat(now[width + d]).isEqualTo((float) ((old[d] + (double) old[2 * width + d]) / 2));
      assertThat(now[2 * width + d]).isEqualTo(old[2 * width + d]);
    }
  }

  @Test
  void replaced_unknownGapThatWasNeverMet_getsTheMeanOfTheLearned() {
    Weights weights = Weights.random(CONFIG, 1);
    Weights replaced = RareClasses.replaced(weights, met(20, InputTable.QUERY_GAP, 0, 0, 30, 40));
    float[] old = weights.get("query_gap").toArray();
    float[] now = replaced.get("query_gap").toArray();
    int width = CONFIG.width();
    for (int d = 0; d < width; d++) {
      assertThat(now[d]).as("first").isEqualTo(old[d]);
      assertThat(now[width + d])
          .isEqualTo((float) (((double) old[2 * width + d] + old[3 * width + d]) / 2));
    }
  }

  /**
   * Tests that every tensor with rows of classes has counts. Without counts, classes that training
   * did not meet would keep random rows.
   */
  @Test
  void tables_areAllOfTheProgramThatHoldClasses() {
    List<String> suffixes = List.of("_action", "_surface", "_gap", "_position", "_offset");
    assertThat(Arrays.stream(InputTable.values()).map(InputTable::tensor))
        .containsExactlyInAnyOrderElementsOf(
            Program.tensorNames().stream()
                .filter(name -> suffixes.stream().anyMatch(name::endsWith))
                .toList());
    Map<String, long[]> shapes = Program.shapes(CONFIG);
    for (InputTable table : InputTable.values()) {
      assertThat(shapes.get(table.tensor()))
          .as(table.tensor())
          .containsExactly(table.classes(CONFIG), CONFIG.width());
    }
  }

  @Test
  void orEarlier_keepsWhatEitherMet() {
    ClassCounts now = met(20, InputTable.TOKEN_SURFACE, 5, 30);
    ClassCounts earlier = met(7, InputTable.TOKEN_SURFACE, 25, 0);
    ClassCounts both = now.orEarlier(earlier);
    assertThat(both.of(InputTable.TOKEN_SURFACE).users()).containsExactly(25L, 30L);
    assertThat(both.leastUsers()).isEqualTo(20);
  }

  @Test
  void read_written_isEqualAndPartOfTheFingerprint() {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    String without = ModelFiles.read(folder).fingerprint();
    assertThat(ClassCounts.read(folder)).isEmpty();
    ClassCounts counts = met(20, InputTable.TOKEN_GAP, 50, 0, 60);
    counts.write(folder);
    assertThat(ClassCounts.read(folder)).contains(counts);
    assertThat(ModelFiles.read(folder).fingerprint()).isNotEqualTo(without);
  }

  @Test
  void warm_startsFromWhatTrainingLearned() {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    float[] learned = ModelFiles.read(folder).weights().get("token_gap").toArray();
    met(20, InputTable.TOKEN_GAP, 50, 0, 60).write(folder);
    int[] rows = IntStream.range(0, CONFIG.items()).toArray();
    Weights warm = WarmWeights.of(CONFIG, 9, folder, rows);
    assertThat(warm.get("token_gap").toArray()).isEqualTo(learned);
    assertThat(ModelFiles.read(folder).learned().get("token_gap").toArray()).isNotEqualTo(learned);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | an object expected",
        "[] | ",
        "{} | ",
        "{\"leastUsers\": 20, \"tables\": {}} | one named token_action expected",
        "{\"leastUsers\": -1, \"tables\": {}} | leastUsers: 0 or more expected, got -1"
      })
  void read_broken_isRefusedInOneLine(String text, String part) throws IOException {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Files.writeString(folder.resolve(ClassCounts.FILE), text);
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("classes.json: ")
        .hasMessageContaining(part == null ? "" : part)
        .hasMessageNotContaining("\n");
  }

  @Test
  void read_ofAnotherModel_isRefused() {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Map<String, ClassCounts.Met> tables = new TreeMap<>(met(20, InputTable.TOKEN_GAP).tables());
    tables.put("query_action", new ClassCounts.Met(List.of(1L, 2L), List.of(1L, 2L)));
    new ClassCounts(20, tables).write(folder);
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("3 classes of query_action expected, got 2");
  }
}
