package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.AttentionWindow;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the training of models with windows of attention. */
class WindowTrainingTest {
  @TempDir Path folder;

  private static TrainConfig config(int window) {
    return TrainConfig.defaults(
        Map.of(
            "model",
            "{itemDim: 8, width: 16, layers: 2, heads: 2, kvHeads: 1, feedForward: 32, maxHistory:"
                + " 32, globalRows: 1, window: "
                + window
                + "}",
            "training.epochs",
            "2",
            "training.patience",
            "5",
            "training.batchActions",
            "100"));
  }

  private static TrainResult train(FeedLog log, int window, Path work) {
    Holdout holdout = Holdout.leaveLast(log, 1);
    return new Trainer(log, holdout, config(window), work, TrainProgress.none()).run(false);
  }

  /** Windows as long as a history change nothing, and shorter windows change what is learned. */
  @Test
  void run_withWindows_trainsAModelThatHasThem() {
    FeedLog log = TestLogs.random(60, 30, 25, 11);
    Path model = train(log, 4, folder.resolve("short")).model();
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu());
        ServingModel longer =
            ServingModel.load(train(log, 64, folder.resolve("long")).model(), EngineOptions.cpu());
        ServingModel none =
            ServingModel.load(train(log, 0, folder.resolve("none")).model(), EngineOptions.cpu())) {
      assertThat(serving.config().window()).isEqualTo(new AttentionWindow(4, 1, 1));
      assertThat(none.config().window()).isEqualTo(AttentionWindow.NONE);
      assertThat(longer.itemVectors()).containsExactly(none.itemVectors());
      assertThat(serving.itemVectors()).isNotEqualTo(none.itemVectors());
    }
  }
}
