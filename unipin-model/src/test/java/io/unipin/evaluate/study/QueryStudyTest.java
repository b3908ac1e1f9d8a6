package io.unipin.evaluate.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.evaluate.UserQueries;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.train.TestLogs;
import io.unipin.train.TrainProgress;
import io.unipin.train.Trainer;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryStudyTest {
  private static final int ITEMS = 240;
  private static final int GROUPS = 2;

  @TempDir Path folder;

  /**
   * Returns a log of random actions. The items form two groups. Each user acts on one half of each
   * group. All these actions are likes, and those on the second group are hides as well.
   */
  private static FeedLog log() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    Random random = new Random(5);
    for (int u = 0; u < 240; u++) {
      builder.user("u" + u);
      int half = u % 2;
      for (int i = 0; i < 16; i++) {
        int group = random.nextInt(GROUPS);
        int item = group * ITEMS / 2 + half * ITEMS / 4 + random.nextInt(ITEMS / 4);
        builder.action(
            item,
            group == 0 ? TestLogs.LIKE : TestLogs.LIKE | TestLogs.HIDE,
            0,
            1_000_000L + 60_000L * i);
      }
    }
    return builder.build();
  }

  @Test
  void run_modelToldOutcomes_findsMoreOfWhatIsAskedFor() {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 4);
    TrainConfig config =
        TrainConfig.defaults()
            .with(
                "model",
                "{itemDim: 16, width: 32, layers: 1, heads: 2, kvHeads: 1, feedForward: 64,"
                    + " maxHistory: 16}")
            .with("training.epochs", "30")
            .with("training.batchActions", "300")
            .with("training.learningRate", "0.01")
            .with("training.warmupSteps", "10")
            .with("training.aheadProbability", "0.3");
    Trainer trainer = new Trainer(log, holdout, config, folder, TrainProgress.none());
    Path model = trainer.run(false).model();
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu())) {
      QueryStudyResult study = QueryStudy.run(log, holdout, serving, 1000);
      assertThat(study.users()).isGreaterThan(200);
      double asked = study.recall()[2][1];
      assertThat(asked).isGreaterThan(study.recall()[0][1] + 0.1);
      assertThat(study.gains().get(1).lower()).isPositive();
      assertThat(study.several()).isBetween(study.one() - 0.1, study.one() + 0.1);
      assertThat(study.toJson().at("/asked/hide/hide").asDouble()).isEqualTo(asked);
      assertThat(study.toTable()).contains("hide").contains("one query");

      float[][] all = UserQueries.of(log, serving, 1000);
      assertThat(all).hasDimensions(240, 16);
      assertThat(UserQueries.of(log, serving, 80)[1]).isEqualTo(all[3]);
    }
  }
}
