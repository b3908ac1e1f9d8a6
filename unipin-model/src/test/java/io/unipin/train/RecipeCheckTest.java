package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.recipe.Recipe;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeCheckTest {
  /** A model of one layer that is trained for one epoch. Its other sizes are automatic. */
  private static final Map<String, String> SMALL =
      Map.of(
          "model",
          "{layers: 1, heads: 2, kvHeads: 1, feedForward: 16, maxHistory: 16}",
          "training.epochs",
          "1");

  @Test
  void replaced_unfinishedTraining_tellsHowFarItIs(@TempDir Path work) throws IOException {
    TrainConfig recipe = TrainConfig.defaults().with("training.epochs", "2");
    assertThat(RecipeCheck.replaced(recipe, work)).isEmpty();
    Validation none = new Validation(Double.NaN, Double.NaN);
    TrainState state = TrainState.start(TrainOrigin.ofText(recipe.toString()), none).stepped(8);
    write(state, work);
    assertThat(RecipeCheck.replaced(recipe, work))
        .contains("0 finished epochs, 1 batches of the next");
    write(state.validated(none).stepped(8), work);
    assertThat(RecipeCheck.replaced(recipe, work))
        .contains("1 finished epochs, 1 batches of the next");
    write(state.validated(none).validated(none), work);
    assertThat(RecipeCheck.replaced(recipe, work)).as("finished").isEmpty();
    Files.writeString(work.resolve("checkpoint/state.json"), "{");
    assertThat(RecipeCheck.replaced(recipe, work)).as("unreadable").isEmpty();
  }

  private static void write(TrainState state, Path work) {
    state.write(work, file -> {});
  }

  @Test
  void require_actionThatTheSchemaLacks_isNamed() {
    TrainConfig recipe = TrainConfig.defaults().with("training.actionWeights.buy", "2");
    assertThatThrownBy(() -> RecipeCheck.require(recipe, TestLogs.SCHEMA))
        .hasMessage("training.actionWeights: an action of [like, hide] expected, got buy");
  }

  @Test
  void require_headlineThatTheSchemaLacks_isNamed() {
    TrainConfig recipe = TrainConfig.defaults().with("evaluation.action", "liek");
    assertThatThrownBy(() -> RecipeCheck.require(recipe, TestLogs.SCHEMA))
        .hasMessage(
            "evaluation.action: one of [like, hide] expected, got liek; did you mean 'like'?");
  }

  @Test
  void require_sizesThatMakeNoModel_areNamed() {
    TrainConfig recipe = TrainConfig.defaults().with("model.kvHeads", "3");
    assertThatThrownBy(() -> RecipeCheck.require(recipe, TestLogs.SCHEMA))
        .isInstanceOf(TrainException.class)
        .hasMessageStartingWith("model.kvHeads: a divisor of heads");
    TrainConfig windows = TrainConfig.defaults(Map.of("model.window", "64"));
    RecipeCheck.require(windows, TestLogs.SCHEMA);
    for (Map.Entry<String, String> bad :
        Map.of(
                "model.window", "63",
                "model.globalRows", "33",
                "model.windowLayers", "2")
            .entrySet()) {
      assertThatThrownBy(
              () ->
                  RecipeCheck.require(windows.with(bad.getKey(), bad.getValue()), TestLogs.SCHEMA))
          .isInstanceOf(TrainException.class)
          .hasMessageMatching(Pattern.quote(bad.getKey()) + ": .* expected, got " + bad.getValue());
    }
  }

  @Test
  void require_keysAndValuesThatDoNotFit_areRefused() {
    TrainConfig recipe =
        TrainConfig.defaults()
            .with("model", "{width: 768, layers: 12, heads: 12, kvHeads: 12, maxHistory: 32768}");
    assertThatThrownBy(() -> RecipeCheck.require(recipe, TestLogs.SCHEMA))
        .isInstanceOf(TrainException.class)
        .hasMessage(
            "model.maxHistory: keys and values of one user that fit into memory expected, got 32768"
                + " actions in 12 layers with 12 kvHeads of 64 numbers: a block of at most"
                + " 2147418111 bytes expected, got 2417098752");
  }

  @Test
  void model_itemsThatDoNotFit_areRefused() {
    FeedLog log = TestLogs.random(5, 10, 5, 11);
    assertThat(RecipeCheck.model(TrainConfig.defaults(SMALL), log).items()).isEqualTo(10);
    TrainConfig wide = TrainConfig.defaults(SMALL).with("model.itemDim", "50000000");
    assertThatThrownBy(() -> RecipeCheck.model(wide, log))
        .isInstanceOf(TrainException.class)
        .hasMessage(
            "model: at most 2147483647 bytes expected for the items' embeddings, got 11 × 50000000"
                + " × 4 = 2200000000");
    assertThatThrownBy(() -> RecipeCheck.require(wide, TestLogs.SCHEMA))
        .isInstanceOf(TrainException.class)
        .hasMessageStartingWith("model: at most 2147483647 bytes expected for the tensor item_in");
  }

  @Test
  void warnings_positiveThatNeverOccurs_saySo() {
    FeedLogBuilder builder = TestLogs.log(10);
    for (int user = 0; user < 3; user++) {
      builder.user("u" + user);
      for (int i = 0; i < 6; i++) {
        builder.action(i, TestLogs.HIDE, 0, 1_000_000L * i);
      }
    }
    FeedLog log = builder.build();
    assertThat(LabelCheck.warnings(log, Holdout.leaveLast(log, 1)))
        .containsExactly(
            "the action 'like' never occurs in the training part: its probability can't be learned",
            "no positive action [like] occurs in the training part: retrieval learns nothing, and"
                + " its metrics stay empty");
  }

  @Test
  void warnings_everythingOccurs_none() {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    assertThat(LabelCheck.warnings(log, Holdout.leaveLast(log, 1))).isEmpty();
  }

  @Test
  void resumed_aFolderWithACheckpoint_givesItsValuesToAutomaticSettings(@TempDir Path work) {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    Recipe recipe = Recipe.defaults(SMALL);
    assertThat(RecipeCheck.resumed(recipe, work)).as("no checkpoint yet").isSameAs(recipe);
    TrainConfig trained = recipe.usual().with("training.dropout", "0.17");
    new Trainer(log, Holdout.leaveLast(log, 1), trained, work, TrainProgress.none()).run(false);

    Recipe resumed = RecipeCheck.resumed(recipe, work);
    assertThat(resumed.usual().training().dropout()).isEqualTo(0.17);
    TrainConfig config = resumed.resolve(log).config();
    assertThat(config).isEqualTo(trained);
    RecipeCheck.requireResumes(config, work);
    TrainConfig stated =
        RecipeCheck.resumed(Recipe.defaults(with("training.dropout", "0.2")), work).usual();
    assertThatThrownBy(() -> RecipeCheck.requireResumes(stated, work))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another recipe (training.dropout 0.17 then, 0.2 now)");
  }

  @Test
  void shapedLike_anEarlierModel_givesItsSizesToAutomaticSettings(@TempDir Path work) {
    FeedLog log = TestLogs.random(40, 30, 20, 11);
    TrainConfig narrow = TrainConfig.defaults(SMALL).with("model", "{itemDim: 8, width: 16}");
    Path earlier =
        new Trainer(log, Holdout.leaveLast(log, 1), narrow, work, TrainProgress.none())
            .run(false)
            .model();

    Recipe shaped = RecipeCheck.shapedLike(Recipe.defaults(SMALL), earlier);
    assertThat(shaped.usual().model()).isEqualTo(narrow.model());
    assertThat(shaped.resolve(log).config().model()).isEqualTo(narrow.model());
    RecipeCheck.requireContinues(shaped.usual(), log.schema(), earlier);
    Recipe stated = RecipeCheck.shapedLike(Recipe.defaults(with("model.width", "32")), earlier);
    assertThat(stated.usual().model().width()).isEqualTo(32);
  }

  private static Map<String, String> with(String path, String value) {
    Map<String, String> changes = new HashMap<>(SMALL);
    changes.put(path, value);
    return changes;
  }
}
