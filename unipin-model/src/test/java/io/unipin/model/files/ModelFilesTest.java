package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.ModelWriter;
import io.unipin.model.TestModels;
import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {
  private static final ModelConfig CONFIG = TestModels.config(2, 2, 8);

  @TempDir Path folder;

  @Test
  void read_written_isEqual() {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    ModelFiles files = ModelFiles.read(folder);
    assertThat(files.config()).isEqualTo(CONFIG);
    assertThat(files.fingerprint()).hasSize(32).isEqualTo(ModelFiles.read(folder).fingerprint());
  }

  /** A model without windows has the file that earlier versions wrote and can read. */
  @Test
  void read_writtenWithWindows_isEqual() throws IOException {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    assertThat(Files.readString(folder.resolve("config.json"))).doesNotContain("window");
    ModelConfig local = CONFIG.withWindow(new AttentionWindow(6, 2, 1));
    Path other = folder.resolve("local");
    ModelWriter.writeRandom(other, local, 3);
    assertThat(ModelFiles.read(other).config()).isEqualTo(local);
    Path config = other.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"rows\" : 6", "\"rows\" : 7"));
    assertThatThrownBy(() -> ModelFiles.read(other))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("window: 0 or a positive even number expected, got 7");
  }

  @Test
  void fingerprint_otherWeights_differs() {
    ModelWriter.writeRandom(folder.resolve("a"), CONFIG, 3);
    ModelWriter.writeRandom(folder.resolve("b"), CONFIG, 4);
    assertThat(ModelFiles.read(folder.resolve("a")).fingerprint())
        .isNotEqualTo(ModelFiles.read(folder.resolve("b")).fingerprint());
  }

  /** Returns the fingerprint that the model has if one of the program's files is changed. */
  private String fingerprint(String file, UnaryOperator<String> change) {
    String code =
        Program.servingCode(
            name -> name.equals(file) ? change.apply(Program.file(name)) : Program.file(name));
    return ModelFiles.fingerprint(folder, code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parts", "products", "serving", "ragged"})
  void fingerprint_otherCommentsOfServing_isTheSame(String file) {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    assertThat(fingerprint(file, text -> text.replaceAll("#.*", "# \\$any other \"thing\"")))
        .isEqualTo(ModelFiles.fingerprint(folder));
    assertThat(fingerprint(file, text -> text.replace("\n\n", "  # more\n\n  \n")))
        .isEqualTo(ModelFiles.fingerprint(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"training", "comparison", "items"})
  void fingerprint_otherTrainingOrComparisonOrTower_isTheSame(String file) {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    assertThat(Program.file(file)).contains("torch.");
    assertThat(fingerprint(file, text -> text.replace("torch.", "torch.other_")))
        .isEqualTo(ModelFiles.fingerprint(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"parts", "products", "serving", "ragged"})
  void fingerprint_otherLineOfServing_differs(String file) {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    assertThat(fingerprint(file, text -> text.replaceFirst("torch\\.(?=\\w+\\()", "torch.other_")))
        .isNotEqualTo(ModelFiles.fingerprint(folder));
  }

  @Test
  void read_missingFile_namesIt() throws IOException {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Files.delete(folder.resolve("items.safetensors"));
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage("items.safetensors expected in the model's folder, none found");
  }

  @Test
  void read_weightsOfAnotherShape_saysWhichTensor() {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Safetensors.write(
        folder.resolve("weights.safetensors"),
        Weights.random(TestModels.config(4, 2, 8), 3).tensors());
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("token_item of shape [16, 12] expected, got [32, 12]");
  }

  @Test
  void read_unknownTensor_isRefused() {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Map<String, FloatTensor> tensors =
        new java.util.LinkedHashMap<>(Weights.random(CONFIG, 3).tensors());
    tensors.put("extra", FloatTensor.of(new float[] {1}, 1));
    Safetensors.write(folder.resolve("weights.safetensors"), tensors);
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .hasMessageContaining("extra is not part of the program");
  }

  @Test
  void read_modelFromBeforeGatesAndPositions_isReadAsItWas() throws IOException {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replaceFirst("\"gated\" : false,", ""));
    Map<String, FloatTensor> tensors =
        new java.util.LinkedHashMap<>(Weights.random(CONFIG, 3).tensors());
    tensors.keySet().removeAll(java.util.Set.of("candidate_position", "query_offset"));
    Safetensors.write(folder.resolve("weights.safetensors"), tensors);
    ModelFiles files = ModelFiles.read(folder);
    assertThat(files.config()).isEqualTo(CONFIG);
    assertThat(files.weights().get("candidate_position").toArray()).containsOnly(0);
    assertThat(files.weights().get("query_offset").toArray()).containsOnly(0);
  }

  @Test
  void read_modelOfTwoTokensPerAction_isToldToBeTrainedAgain() throws IOException {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).doesNotContain("interleaved");
    Files.writeString(config, text.replaceFirst("\\{", "{\"interleaved\": false,"));
    assertThat(ModelFiles.read(folder).config()).isEqualTo(CONFIG);
    Files.writeString(config, text.replaceFirst("\\{", "{\"interleaved\": true,"));
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "config.json: a model with one token per action expected, got interleaved true: train"
                + " it again");
  }

  @Test
  void read_brokenConfig_saysWhere() throws IOException {
    ModelWriter.writeRandom(folder, CONFIG, 3);
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replaceFirst("\\{", "{\"wings\": 2,"));
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("config.json: ")
        .hasMessageContaining("wings");
  }

  @ParameterizedTest
  @CsvSource({
    "\"layers\" : 3, \"layers\" : 2.9, layers",
    "\"items\" : 60, \"items\" : \"60\", items",
    "\"rows\" : 6, \"rows\" : \"6\", window.rows",
    "\"gated\" : false, \"gated\" : 0, gated"
  })
  void read_configWithAValueOfAnotherType_isRefused(String own, String wrong, String key)
      throws IOException {
    ModelWriter.writeRandom(folder, CONFIG.withWindow(new AttentionWindow(6, 2, 1)), 3);
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(own);
    Files.writeString(config, text.replace(own, wrong));
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("config.json: " + key + ": ");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void read_tensorThatIsNotFinite_isNamed(float value) {
    Weights weights = Weights.random(CONFIG, 3);
    float[] head = weights.get("head_out").toArray();
    head[head.length - 1] = value;
    float[] rows = new float[(CONFIG.items() + 1) * CONFIG.itemDim()];
    FloatTensor changed = FloatTensor.of(head, weights.get("head_out").shape());
    ModelFiles.write(folder, CONFIG, weights.with("head_out", changed), rows);
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "weights.safetensors: finite numbers expected in tensor head_out, got NaN or infinity");
    rows[5] = value;
    ModelFiles.write(folder, CONFIG, weights, rows);
    assertThatThrownBy(() -> ModelFiles.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "items.safetensors: finite numbers expected in tensor embeddings, got NaN or infinity");
  }

  /** Only some precisions read the ranges of activations, and these refuse such ranges. */
  @Test
  void read_activationsThatWereInfinite_isAccepted() {
    Weights weights = Weights.random(CONFIG, 3);
    FloatTensor ranges = weights.get(Program.ACTIVATION_RANGE);
    float[] infinite = ranges.toArray();
    infinite[1] = Float.POSITIVE_INFINITY;
    ModelFiles.write(
        folder,
        CONFIG,
        weights.with(Program.ACTIVATION_RANGE, FloatTensor.of(infinite, ranges.shape())),
        new float[(CONFIG.items() + 1) * CONFIG.itemDim()]);
    ModelFiles files = ModelFiles.read(folder);
    assertThat(files.config()).isEqualTo(CONFIG);
    assertThatThrownBy(files::checkHalfRanges).isInstanceOf(ModelException.class);
  }
}
