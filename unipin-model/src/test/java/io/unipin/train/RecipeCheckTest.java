package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import org.junit.jupiter.api.Test;

class RecipeCheckTest {
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
}
