package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelFolder;
import io.unipin.model.TrainingModel;
import io.unipin.model.features.ModelConfig;
import io.unipin.train.recipe.RecordText;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainOriginTest {
  @TempDir Path folder;

  private static TrainConfig config(int epochs) {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32, maxHistory:"
                + " 16}")
        .with("training.epochs", Integer.toString(epochs))
        .with("training.batchActions", "100");
  }

  private TrainResult train(FeedLog log, TrainConfig config, boolean resume) {
    Holdout holdout = Holdout.leaveLast(log, 1);
    return new Trainer(log, holdout, config, folder, TrainProgress.none()).run(resume);
  }

  @Test
  void settings_ofNestedRecords_haveDottedNames() {
    assertThat(
            RecordText.settings(
                "A[b=B[c=1, d=], e={f=2.0, g=3.0}, h={}, i=[], j=one two, k=C[l=4, m=[x, y]],"
                    + " n=5]"))
        .containsExactly(
            Map.entry("b.c", "1"),
            Map.entry("b.d", ""),
            Map.entry("e.f", "2.0"),
            Map.entry("e.g", "3.0"),
            Map.entry("h", "none"),
            Map.entry("i", "none"),
            Map.entry("j", "one two"),
            Map.entry("k.l", "4"),
            Map.entry("k.m", "[x, y]"),
            Map.entry("n", "5"));
  }

  @Test
  void settings_ofARecipe_areThoseOfItsFile() {
    TrainConfig recipe = config(3).with("training.actionWeights.like", "2");
    assertThat(RecordText.settings(recipe.toString()))
        .containsEntry("model.width", "16")
        .containsEntry("training.epochs", "3")
        .containsEntry("training.actionWeights.like", "2.0")
        .containsKey("evaluation.holdout");
  }

  @Test
  void resume_otherSettings_namesThemAlone() {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    train(log, config(1), false);
    assertThatThrownBy(() -> train(log, config(2).with("training.patience", "7"), true))
        .isInstanceOf(TrainException.class)
        .hasMessage(
            "the checkpoint was made with another recipe (training.epochs 1 then, 2 now,"
                + " training.patience 5 then, 7 now): give the same to go on with it, or begin"
                + " anew without --resume");
  }

  @Test
  void resume_otherFeedLog_namesItsTable() {
    train(TestLogs.random(40, 30, 20, 11), config(1), false);
    assertThatThrownBy(() -> train(TestLogs.random(40, 30, 20, 12), config(1), true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another feed log (")
        .hasMessageContaining("actions ")
        .hasMessageNotContaining("users ");
  }

  @Test
  void resume_otherProgram_isRefused() throws IOException {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    train(log, config(1), false);
    Path file = folder.resolve("checkpoint/state.json");
    ObjectNode state = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    ((ObjectNode) state.get("origin")).put("program", "of last year");
    new ObjectMapper().writeValue(file.toFile(), state);
    assertThatThrownBy(() -> train(log, config(1), true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another program (model of last year then, ");
  }

  @ParameterizedTest
  @CsvSource({
    "epoch, 1.5, 'the checkpoint cannot be read: '",
    "batch, \"0\", 'the checkpoint cannot be read: '",
    "format, \"3\", 'a checkpoint of format 3 expected, got \"3\" in '",
    "format, 3.2, 'a checkpoint of format 3 expected, got 3.2 in '"
  })
  void resume_stateWithAValueOfAnotherType_isRefused(String key, String value, String message)
      throws IOException {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    train(log, config(1), false);
    Path file = folder.resolve("checkpoint/state.json");
    ObjectNode state = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    state.set(key, new ObjectMapper().readTree(value));
    new ObjectMapper().writeValue(file.toFile(), state);
    assertThatThrownBy(() -> train(log, config(1), true))
        .isInstanceOf(TrainException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void resume_otherWarmStart_isRefused() throws IOException {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    Path earlier = Files.createDirectories(folder.resolve("earlier"));
    Holdout holdout = Holdout.leaveLast(log, 1);
    Trainer first = new Trainer(log, holdout, config(1), earlier, TrainProgress.none());
    WarmStart warm = new WarmStart(first.run(false).model(), log.catalogue());
    train(log, config(1), false);
    Trainer second = new Trainer(log, holdout, config(1), folder, TrainProgress.none());
    assertThatThrownBy(() -> second.run(true, warm))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another --warm-start (model nothing then, ");
  }

  @Test
  void resume_theSame_goesOn() {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    long steps = train(log, config(1), false).steps();
    assertThat(train(TestLogs.random(40, 30, 20, 11), config(1), true).steps()).isEqualTo(steps);
  }

  /** {@code checkpoint-1} was written by a version whose checkpoints recorded only the recipe. */
  @Test
  void read_checkpointOfFormat1_tellsItsRecipe() throws IOException {
    TrainState state = fixture("checkpoint-1/state.json");
    assertThat(state.step()).isEqualTo(57);
    assertThat(state.origin().tellsAll()).isFalse();
    TrainConfig now = config(4).with("training.actionWeights.like", "2");
    List<String> differences = state.origin().differences(now);
    assertThat(differences)
        .contains("training.epochs 3 then, 4 now")
        .noneMatch(line -> line.startsWith("training.actionWeights"))
        .noneMatch(line -> line.startsWith("model."));
  }

  private TrainState fixture(String name) throws IOException {
    Path file = Files.createDirectories(folder.resolve("checkpoint")).resolve("state.json");
    try (InputStream in = getClass().getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return TrainState.read(folder);
  }

  /**
   * {@code checkpoint-2} was written by the last version whose checksums of the program covered
   * comments. Its program trains as the present program does, so the training may resume. If a
   * later program trains in another way, it must refuse this checkpoint.
   */
  @Test
  void read_checkpointOfFormat2_isOfTodaysProgram() throws IOException {
    TrainState state = fixture("checkpoint-2/state.json");
    assertThat(state.step()).isEqualTo(6);
    assertThat(state.origin().program()).isEqualTo(ModelFolder.program());
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    TrainOrigin now = TrainOrigin.of(config(1), log);
    assertThat(state.origin().others(now)).as("settings that came later are off in both").isEmpty();
    assertThat(state.origin().others(TrainOrigin.of(config(1).with("training.mixup", "0.2"), log)))
        .containsExactly("another recipe (training.mixup 0.0 then, 0.2 now)");
    TrainOrigin other = new TrainOrigin(now.recipe(), now.feedLog(), now.program(), "a model");
    assertThat(state.origin().others(other))
        .anyMatch(line -> line.startsWith("another --warm-start (model nothing then, a model now"));
  }

  /**
   * The first program had no losses for new and rare items. The second program had no attributes
   * and no path for content. The last program had no windows of attention. A recipe without these
   * parts trains in the same way with all programs.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"5dab38a7ece324cc", "f671570ef48e6a41", "260dcec7ce3c0cc5", "8cdddfadae174f8d"})
  void others_programsThatTrainAlike_areTodays(String program) {
    TrainOrigin old = new TrainOrigin(Map.of(), Map.of(), program, "");
    assertThat(old.others(new TrainOrigin(Map.of(), Map.of(), ModelFolder.program(), "")))
        .isEmpty();
  }

  @Test
  void ofFormat2_warmStart_isComparedAsOneOrNone() throws IOException {
    TrainOrigin then = fixture("checkpoint-2/state.json").origin();
    TrainOrigin of2 =
        new TrainOrigin(then.recipe(), then.feedLog(), "705d97938ce7e852", "with comments")
            .ofFormat2();
    TrainOrigin warm =
        new TrainOrigin(then.recipe(), then.feedLog(), of2.program(), "without comments");
    assertThat(of2.others(warm)).isEmpty();
    assertThat(of2.others(then)).singleElement().asString().contains("--warm-start");
  }

  @Test
  void ofFormat2_anotherProgram_staysAnother() {
    TrainOrigin old = new TrainOrigin(Map.of(), Map.of(), "of last year", "").ofFormat2();
    TrainOrigin now = new TrainOrigin(Map.of(), Map.of(), ModelFolder.program(), "");
    assertThat(old.others(now)).singleElement().asString().contains("of last year then");
  }

  /** {@code checkpoint-2-whole} is the last checkpoint of a training of two epochs. */
  @Test
  void read_checkpointOfFormat2_tellsAll() throws Exception {
    Path checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
    for (String name : List.of("state.json", "training.safetensors")) {
      try (InputStream in = getClass().getResourceAsStream("checkpoint-2-whole/" + name)) {
        Files.copy(Objects.requireNonNull(in), checkpoint.resolve(name));
      }
    }
    TrainState state = TrainState.read(folder);
    assertThat(state.epoch()).isEqualTo(2);
    assertThat(state.batch()).isZero();
    assertThat(state.step()).isEqualTo(10);
    assertThat(state.highest()).isEqualTo(7.044178580076011E-4);
    assertThat(state.best()).isEqualTo(new Validation(0.654417858007601, 0.35185185185185186));
    assertThat(state.bestEpoch()).isEqualTo(1);
    assertThat(state.examples()).isEqualTo(1130);
    assertThat(state.origin().tellsAll()).isTrue();
    assertThat(state.origin().program()).isEqualTo(ModelFolder.program());
    assertThat(state.origin().recipe())
        .containsEntry("model.width", "8")
        .containsEntry("training.epochs", "2")
        .containsEntry("evaluation.protocol", "LEAVE_LAST");
    assertThat(state.origin().feedLog())
        .containsEntry("users", "40 (fd58661b4842)")
        .containsEntry("items", "8 (676c147eb03e)");
    assertThat(FeedLogDigest.of(TestLogs.random(40, 8, 20, 11)))
        .as("tables have the same sums as then")
        .isEqualTo(state.origin().feedLog());
    ModelConfig shape =
        new ModelConfig(
            8,
            0,
            2,
            8,
            1,
            1,
            1,
            2,
            8,
            List.of("like", "hide"),
            List.of("like"),
            List.of("home", "related"));
    Path again = folder.resolve("again.safetensors");
    try (TrainingModel model =
        TrainingModel.resume(shape, TrainState.weights(folder), EngineOptions.cpu())) {
      model.checkpoint(again);
    }
    assertThat(again).hasSameBinaryContentAs(TrainState.weights(folder));
  }

  /**
   * Refuses a checkpoint of an earlier version, because its recipe uses a setting that no longer
   * exists.
   */
  @Test
  void read_checkpointOfTwoTokensPerAction_isRefused() throws IOException {
    fixture("checkpoint-2/state.json");
    Path file = folder.resolve("checkpoint/state.json");
    String two = "\"model.interleaved\":\"true\"";
    Files.writeString(file, Files.readString(file).replace("\"model.interleaved\":\"false\"", two));
    assertThatThrownBy(() -> TrainState.read(folder))
        .isInstanceOf(TrainException.class)
        .hasMessage(
            "a checkpoint with one token per action expected, got model.interleaved=true in %s:"
                + " begin anew without --resume",
            file);
  }

  @Test
  void read_checkpointOfALaterFormat_isRefused() throws IOException {
    Path file = Files.createDirectories(folder.resolve("checkpoint")).resolve("state.json");
    Files.writeString(file, "{\"format\":4}");
    assertThatThrownBy(() -> TrainState.read(folder))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("a checkpoint of format 3 expected, got 4");
  }

  @Test
  void requireResumes_beforeTheFeedLogIsRead_namesTheSetting() {
    train(TestLogs.random(40, 30, 20, 11), config(1), false);
    assertThatThrownBy(() -> RecipeCheck.requireResumes(config(2), folder))
        .hasMessageContaining("training.epochs 1 then, 2 now");
    assertThatCode(() -> RecipeCheck.requireResumes(config(1), folder)).doesNotThrowAnyException();
  }
}
