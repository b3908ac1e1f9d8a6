package io.unipin.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.FeedLog;
import io.unipin.train.TestLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RecipeTest {
  private static final FeedLog LOG = TestLogs.random(40, 30, 20, 11);

  @TempDir Path folder;

  private static Path recipe(String name) {
    return Path.of(System.getProperty("unipin.root", ".."), "recipes", name, "train.yaml");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("recipe.yaml"), text);
  }

  @Test
  void defaults_leaveNineSettingsToTheData() {
    Recipe recipe = Recipe.defaults(Map.of());
    assertThat(recipe.automatic()).containsExactly(AutomaticSetting.values());
    assertThat(recipe.usual()).isEqualTo(TrainConfig.defaults());
  }

  @ParameterizedTest
  @EnumSource(AutomaticSetting.class)
  void resolve_aStatedValue_isNeverChanged(AutomaticSetting setting) throws IOException {
    Recipe data = Recipe.defaults(Map.of());
    String value = setting.path().endsWith("Probability") ? "0.07" : "0";
    value = setting.path().startsWith("model.") ? "32" : value;
    value = setting == AutomaticSetting.ATTRIBUTE_COLUMNS ? "[author]" : value;
    value =
        setting == AutomaticSetting.EPOCHS || setting == AutomaticSetting.PATIENCE ? "3" : value;
    Recipe overridden = Recipe.defaults(Map.of(setting.path(), value));
    String nested = setting.path().replace(".", ": {") + ": " + value;
    String ends = "}".repeat(setting.path().split("\\.").length - 1);
    Recipe written = Recipe.read(file(nested + ends + "\n"), Map.of());
    for (Recipe stated : List.of(overridden, written)) {
      assertThat(stated.automatic()).hasSize(8).doesNotContain(setting);
      ResolvedRecipe resolved = stated.resolve(LOG);
      assertThat(resolved.config()).isEqualTo(resolved.config().with(setting.path(), value));
      assertThat(resolved.config().training()).isNotEqualTo(data.usual().training());
      assertThat(resolved.chosen()).doesNotContainKey(setting.path());
    }
  }

  @Test
  void read_autoOverANumber_leavesTheSettingToTheData() throws IOException {
    Path stated = file("training:\n  dropout: 0.1\n  epochs: 3\n");
    assertThat(Recipe.read(stated, Map.of("training.dropout", "auto")).automatic())
        .contains(AutomaticSetting.DROPOUT)
        .doesNotContain(AutomaticSetting.EPOCHS);
    assertThatThrownBy(() -> Recipe.read(stated, Map.of("training.clip", "auto")))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("training.clip: a number expected, got \"auto\"");
    assertThatThrownBy(() -> Recipe.read(stated, Map.of("training.dropout", "automatic")))
        .hasMessageContaining("training.dropout: a number or auto expected, got \"automatic\"");
    assertThatThrownBy(() -> Recipe.read(stated, Map.of("model.attributes.columns", "author")))
        .hasMessageContaining("model.attributes.columns: a list or auto expected, got \"author\"");
  }

  @Test
  void resolve_theSameLog_choosesTheSame() {
    ResolvedRecipe first = Recipe.defaults(Map.of()).resolve(LOG);
    ResolvedRecipe second = Recipe.defaults(Map.of()).resolve(TestLogs.random(40, 30, 20, 11));
    assertThat(second).isEqualTo(first);
    assertThat(first.config().training().epochs()).as("a small log").isEqualTo(40);
    assertThat(first.config().training().patience()).as("by the chosen epochs").isEqualTo(10);
  }

  @Test
  void given_valuesOfACheckpoint_winOverTheRuleAlone() {
    Recipe recipe =
        Recipe.defaults(Map.of("training.epochs", "3"))
            .given(
                Map.of("training.dropout", "0.45", "training.epochs", "9", "model.width", "128"),
                "the checkpoint was trained with this value");
    assertThat(recipe.usual().training().dropout()).isEqualTo(0.45);
    ResolvedRecipe resolved = recipe.resolve(LOG);
    assertThat(resolved.config().training().dropout()).isEqualTo(0.45);
    assertThat(resolved.config().training().epochs()).as("stated").isEqualTo(3);
    assertThat(resolved.choices())
        .filteredOn(choice -> choice.reason().startsWith("the checkpoint"))
        .as("the rule chooses width 128, too, so its reason holds")
        .extracting(SettingChoice::setting)
        .containsExactly("training.dropout");
  }

  @Test
  void write_aResolvedRecipe_readsBackWithReasonsAsComments() throws IOException {
    ResolvedRecipe resolved = Recipe.defaults(Map.of()).resolve(LOG);
    Path yaml = folder.resolve(ResolvedRecipe.FILE);
    resolved.write(yaml);
    Recipe back = Recipe.read(yaml, Map.of());
    assertThat(back.automatic()).isEmpty();
    assertThat(back.usual()).isEqualTo(resolved.config());
    List<String> lines = Files.readAllLines(yaml);
    assertThat(lines.get(0)).startsWith("# chosen by the training part: 3");
    assertThat(lines).contains("#   " + resolved.choices().get(2));
    assertThat(back.resolve(LOG).lines()).as("nothing is left to choose").isEmpty();
    back.resolve(LOG).write(yaml);
    assertThat(Files.readString(yaml)).doesNotContain("#");
  }

  /** Published figures need the values with which they were measured. */
  @ParameterizedTest
  @CsvSource({
    "ml-1m,                    128, 128, 0.3,   0,   0, 24, 10",
    "ml-100k,                  128, 128, 0.4,   0,   0, 32, 10",
    "amazon-beauty,            128, 128, 0.5,   0, 0.2, 12,  5",
    "amazon-beauty-attributes, 128, 128, 0.5,   0, 0.2, 12,  5",
    "kuairand-pure,             64,  64, 0.3,   0, 0.2,  5,  8",
    "trivago,                   64,  64, 0.2, 512, 0.2, 20, 10",
    "simulator,                 64,  64, 0.1,   0, 0.2, 14,  5",
  })
  void resolve_aPublishedRecipe_keepsItsValues(
      String name,
      int itemDim,
      int width,
      double dropout,
      int negatives,
      double maskProbability,
      int epochs,
      int patience) {
    Recipe recipe = Recipe.read(recipe(name), Map.of());
    assertThat(recipe.automatic()).isEmpty();
    ResolvedRecipe resolved = recipe.resolve(LOG);
    assertThat(resolved.choices()).isEmpty();
    TrainingSettings training = resolved.config().training();
    assertThat(resolved.config().model().itemDim()).isEqualTo(itemDim);
    assertThat(resolved.config().model().width()).isEqualTo(width);
    assertThat(training.dropout()).isEqualTo(dropout);
    assertThat(training.negatives()).isEqualTo(negatives);
    assertThat(training.maskProbability()).isEqualTo(maskProbability);
    assertThat(training.epochs()).isEqualTo(epochs);
    assertThat(training.patience()).isEqualTo(patience);
  }

  /** Nobody tuned these recipes, so their other settings follow the data. */
  @ParameterizedTest
  @CsvSource({"amazon-2023, 7", "retailrocket, 8", "mind, 8", "ubi, 9"})
  void read_aRecipeThatNobodyTuned_leavesTheRestToTheData(String name, int automatic) {
    assertThat(Recipe.read(recipe(name), Map.of()).automatic()).hasSize(automatic);
  }
}
