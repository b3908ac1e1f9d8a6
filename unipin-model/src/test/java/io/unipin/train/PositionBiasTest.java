package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.evaluate.Evaluator;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the model does not attribute the effect of a position to the items that are shown
 * there.
 */
class PositionBiasTest {
  private static final int ITEMS = 40;
  private static final int PLACES = 6;

  @TempDir Path folder;

  /**
   * Returns a log of equally good items. Users like more of the items in the upper positions. The
   * first half of the items, the favoured items, are mostly shown there.
   */
  private static FeedLog log() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    Random random = new Random(3);
    for (int u = 0; u < 150; u++) {
      builder.user("u" + u);
      for (int i = 0; i < 10; i++) {
        long time = 1_000_000L + 100_000L * i;
        builder.view(0, time);
        List<Integer> liked = new ArrayList<>();
        for (int place = 0; place < PLACES; place++) {
          boolean favoured = (place < PLACES / 2) == (random.nextInt(5) > 0);
          int item = (favoured ? 0 : ITEMS / 2) + random.nextInt(ITEMS / 2);
          boolean likes = random.nextDouble() < (place < PLACES / 2 ? 0.6 : 0.15);
          builder.impression(item, likes ? TestLogs.LIKE : 0);
          if (likes) {
            liked.add(item);
          }
        }
        for (int item : liked) {
          builder.action(item, TestLogs.LIKE, 0, time + 1);
        }
      }
    }
    return builder.build();
  }

  @Test
  void score_atOnePosition_knowsNoFavouredItems() {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 6);
    TrainConfig config =
        TrainConfig.defaults()
            .with(
                "model",
                "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32,"
                    + " maxHistory: 40}")
            .with("training.task", "ranking")
            .with("training.epochs", "20")
            .with("training.batchActions", "300")
            .with("training.learningRate", "0.01")
            .with("training.warmupSteps", "10");
    Trainer trainer = new Trainer(log, holdout, config, folder, TrainProgress.none());
    Path model = trainer.run(false).model();
    Evaluation atFirst = evaluate(log, holdout, model, false);
    Evaluation asShown = evaluate(log, holdout, model, true);
    double[] served = means(log, atFirst);
    double[] displayed = means(log, asShown);
    assertThat(displayed[0] / displayed[1]).as("as displayed").isGreaterThan(1.5);
    assertThat(served[0] / served[1]).as("all at the first position").isBetween(0.8, 1.25);
    assertThat(served[1]).isGreaterThan(1.5 * displayed[1]);
    double error = atFirst.ranking().actions().get(0).model().calibrationError();
    assertThat(error)
        .as("calibration is about what was shown, wherever candidates rank")
        .isEqualTo(asShown.ranking().actions().get(0).model().calibrationError())
        .isLessThan(0.1);
  }

  private static Evaluation evaluate(FeedLog log, Holdout holdout, Path model, boolean displayed) {
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu())) {
      return Evaluator.evaluate(
          log, holdout, serving, EvaluationOptions.test(EvaluationProgress.none()).at(displayed));
    }
  }

  /**
   * Returns two mean probabilities of a like: that of the favoured items, and that of the other
   * items.
   */
  private static double[] means(FeedLog log, Evaluation evaluation) {
    float[] likes = evaluation.predictions().probabilities(0);
    long[] ids = evaluation.predictions().itemIds();
    long first = log.catalogue().id(0);
    return new double[] {
      IntStream.range(0, ids.length)
          .filter(i -> ids[i] < first + ITEMS / 2)
          .mapToDouble(i -> likes[i])
          .average()
          .orElseThrow(),
      IntStream.range(0, ids.length)
          .filter(i -> ids[i] >= first + ITEMS / 2)
          .mapToDouble(i -> likes[i])
          .average()
          .orElseThrow()
    };
  }
}
