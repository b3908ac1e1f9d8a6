package io.unipin.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.split.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {
  @TempDir Path folder;

  @Test
  void read_recipesOfTheDataSets_areWhole() {
    Path recipes = Path.of(System.getProperty("unipin.root", "..")).resolve("recipes");
    for (String name :
        List.of("ml-1m", "ml-100k", "amazon-beauty", "kuairand-pure", "trivago", "simulator")) {
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
          training:\\n  epoch: 3 | recipe.yaml, line 2, column
          training:\\n  epochs: many | recipe.yaml, line 2, column
          training:\\n  epochs: 0 | recipe.yaml, line 1, column 1: training.epochs: 1 or more expected, got 0
          training:\\n  dropout: 1.5 | recipe.yaml, line 1, column 1: training.dropout: a number in [0, 1) expected, got 1.5
          training:\\n  maskedWeights: {like: -1} | training.maskedWeights.like: a number from 0 on expected, got -1.0
          model: [1, 2] | recipe.yaml, line 1, column 1: model:
          training:\\n\\tepochs: 3 | recipe.yaml, line
          training:\\n  epochs: | recipe.yaml, line 2, column 3: training.epochs: a value expected, got none
          evaluation:\\n  protocol: sometimes | recipe.yaml, line 2, column
          evaluation:\\n  testFrom: 2022-05-01T00:00:00Z | evaluation.validationFrom and evaluation.testFrom: both or none
          evaluation: {testFrom: may, validationFrom: may} | evaluation.testFrom: an instant such as
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
        .hasMessageContaining("no setting training.speed");
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
                "{protocol: time-split, validationFrom: 2022-04-29T16:00:00Z, testFrom: 2022-04-30T16:00:00Z}");
    config.write(file);
    assertThat(TrainConfig.read(file)).isEqualTo(config);
  }
}
