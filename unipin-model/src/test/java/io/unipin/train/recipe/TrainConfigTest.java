package io.unipin.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.split.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainConfigTest {
  @TempDir Path folder;

  @Test
  void read_recipesOfTheDataSets_areWhole() {
    Path recipes = Path.of(System.getProperty("unipin.root", "..")).resolve("recipes");
    for (String name :
        List.of(
            "ml-1m",
            "ml-100k",
            "amazon-beauty",
            "amazon-beauty-attributes",
            "kuairand-pure",
            "trivago",
            "mind",
            "retailrocket",
            "amazon-2023",
            "ubi",
            "simulator")) {
      TrainConfig recipe = TrainConfig.read(recipes.resolve(name).resolve("train.yaml"));
      assertThat(recipe.training().actionWeights()).as(name).isNotNull();
    }
    assertThat(
            TrainConfig.read(recipes.resolve("kuairand-pure/train.yaml")).evaluation().protocol())
        .isEqualTo(Protocol.TIME_SPLIT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          training:\\n  epoch: 3 | recipe.yaml:2:3: training.epoch: unknown key; known here are
          training:\\n  epochs: many | recipe.yaml:2:3: training.epochs: a whole number or auto expected, got "many"
          training:\\n  epochs: 2.9 | recipe.yaml:2:3: training.epochs: a whole number expected, got 2.9
          training:\\n  epochs: "20" | recipe.yaml:2:3: training.epochs: a whole number or auto expected, got "20"
          training:\\n  dropout: "0.1" | recipe.yaml:2:3: training.dropout: a number or auto expected, got "0.1"
          training:\\n  logQ: 1 | recipe.yaml:2:3: training.logQ: true or false expected, got 1
          training:\\n  task: 0 | recipe.yaml:2:3: training.task: one of [joint, retrieval, ranking] expected, got 0
          training:\\n  task: rankin | expected, got "rankin"; did you mean 'ranking'?
          training:\\n  epochs: 0 | recipe.yaml:2:3: training.epochs: 1 or more expected, got 0
          training:\\n  dropout: 1.5 | recipe.yaml:2:3: training.dropout: a number in [0, 1) expected, got 1.5
          training:\\n  maskedWeights: {like: -1} | recipe.yaml:2:19: training.maskedWeights.like: a number from 0 on expected, got -1.0
          training:\\n  idDropout: 1.5 | recipe.yaml:2:3: training.idDropout: a number in [0, 1] expected, got 1.5
          training:\\n  candidateUnknown: -1 | training.candidateUnknown: a number in [0, 1] expected, got -1.0
          training:\\n  unseenClasses: 0 | training.unseenClasses: true or false expected, got 0
          training: {unseenClasses: false, rareSwap: 1} | training.unseenClasses: true beside rareSwap, which makes any item a target, expected, got false
          training:\\n  scoreReg: -1 | training.scoreReg: a number from 0 on expected, got -1.0
          training:\\n  coldBelow: 0 | training.coldBelow: 1 or more expected, got 0
          training:\\n  mixup: -0.2 | training.mixup: a number from 0 on expected, got -0.2
          training:\\n  mixupAlpha: 2 | training.mixupAlpha: a number in [0, 1] expected, got 2.0
          model:\\n  attributes: {buckets: -1} | recipe.yaml:2:3: model.attributes: buckets: 0 to 16777216 expected, got -1
          model:\\n  attributes: {rows: 8} | recipe.yaml:2:16: model.attributes.rows: unknown key; known here are
          model: [1, 2] | recipe.yaml:1:1: model: keys below it expected, got [1,2]
          training:\\n\\tepochs: 3 | recipe.yaml:2:1: found character
          training:\\n  epochs: | recipe.yaml:2:3: training.epochs: a value expected, got nothing
          evaluation:\\n  protocol: sometimes | recipe.yaml:2:3: evaluation.protocol: one of [leave-last, time-split] expected, got "sometimes"
          evaluation:\\n  protocol: time_split | expected, got "time_split"; did you mean 'time-split'?
          evaluation:\\n  testFrom: 2022-05-01T00:00:00Z | recipe.yaml:2:3: evaluation.testFrom: both or none of validationFrom and testFrom
          evaluation: {testFrom: may, validationFrom: may} | recipe.yaml:1:14: evaluation.testFrom: an instant such as
          """)
  void read_brokenRecipe_saysWhere(String yaml, String message) throws IOException {
    Path file = folder.resolve("recipe.yaml");
    Files.writeString(file, yaml.replace("\\n", "\n").replace("\\t", "\t"));
    assertThatThrownBy(() -> TrainConfig.read(file))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines().count()).isEqualTo(1));
  }

  @Test
  void read_partOfARecipe_keepsTheOtherDefaults() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    Files.writeString(
        file, "training:\n  epochs: 3\n  actionWeights: {like: 2}\n  maskedWeights: {like: 0}\n");
    TrainConfig config = TrainConfig.read(file);
    assertThat(config.training().epochs()).isEqualTo(3);
    assertThat(config.training().actionWeights()).containsEntry("like", 2f);
    assertThat(config.with("training.maskedWeights.hide", "0").training().maskedWeights())
        .as("in the same order whoever reads it, since its text is compared")
        .hasToString("{hide=0.0, like=0.0}");
    assertThat(config.model()).isEqualTo(TrainConfig.defaults().model());
    Files.writeString(file, "model:\ntraining:\n  epochs: 3\n  actionWeights:\n");
    assertThat(TrainConfig.read(file).toString())
        .as("empty sections")
        .isEqualTo(TrainConfig.defaults().with("training.epochs", "3").toString());
    assertThatThrownBy(() -> config.with("training.speed", "9"))
        .hasMessageStartingWith(
            "--set training.speed: training.speed: unknown key; known here are [task, seed, epochs,"
                + " ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          training.epochs | 2.9 | a whole number expected, got 2.9
          training.epochs | "20" | a whole number or auto expected, got "20"
          training.epochs | 3000000000 | -2147483648 to 2147483647 expected, got 3000000000
          training.epochs | [ | expected the node content
          training.epochs | ~ | a value expected, got nothing
          training.task | both | one of [joint, retrieval, ranking] expected, got "both"
          """)
  void read_wrongOverride_namesIt(String path, String value, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("recipe.yaml"), "training:\n  epochs: 3\n");
    assertThatThrownBy(() -> TrainConfig.read(file, Map.of(path, value)))
        .isInstanceOf(TrainException.class)
        .hasMessageStartingWith("--set " + path + ": ")
        .hasMessageContaining(message);
  }

  /** Recipes in bundles of earlier versions contain the setting {@code model.interleaved}. */
  @Test
  void read_oneTokenPerAction_isWhatAllModelsHave() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    Files.writeString(file, "model:\n  gated: false\n  interleaved: false\n  maxHistory: 40\n");
    assertThat(TrainConfig.read(file))
        .isEqualTo(TrainConfig.defaults().with("model.maxHistory", "40"));
  }

  @Test
  void read_twoTokensPerAction_isToldWhatToDo() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    Files.writeString(file, "model:\n  interleaved: true\n");
    assertThatThrownBy(() -> TrainConfig.read(file))
        .isInstanceOf(TrainException.class)
        .hasMessageStartingWith("recipe.yaml:2:3: model.interleaved: no setting any more: ");
    assertThatThrownBy(() -> TrainConfig.defaults(Map.of("model.interleaved", "true")))
        .hasMessageStartingWith("--set model.interleaved: model.interleaved: no setting any more: ")
        .hasMessageEndingWith("; remove the setting");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "0.51", "1"})
  void with_withheldOutsideItsRange_isRefused(String value) {
    assertThatThrownBy(() -> TrainConfig.defaults().with("evaluation.withheld", value))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("evaluation.withheld: a number from 0 to 0.5 expected, got ");
  }

  @Test
  void parts_tellWhatIsWithheld() {
    TrainConfig recipe = TrainConfig.defaults();
    assertThat(recipe.evaluation().parts()).isEqualTo("leave-last, holdout 1");
    assertThat(recipe.with("evaluation", "{withheld: 0.1, withheldSeed: 7}").evaluation().parts())
        .isEqualTo("leave-last, holdout 1, withheld 0.1 (seed 7)");
  }

  @Test
  void read_overridesThatNeedEachOther_areTakenTogether() {
    Map<String, String> both =
        Map.of(
            "evaluation.validationFrom", "2022-04-29T16:00:00Z",
            "evaluation.testFrom", "2022-04-30T16:00:00Z");
    assertThat(TrainConfig.defaults(both).evaluation().testFrom())
        .isEqualTo("2022-04-30T16:00:00Z");
  }

  @Test
  void write_anyRecipe_readsBackEqual() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    TrainConfig config =
        TrainConfig.defaults()
            .with("training.task", "ranking")
            .with("training.maskedWeights.hide", "0.25")
            .with(
                "evaluation",
                "{protocol: time-split, validationFrom: 2022-04-29T16:00:00Z, testFrom:"
                    + " 2022-04-30T16:00:00Z}");
    config.write(file);
    assertThat(TrainConfig.read(file)).isEqualTo(config);
  }
}
