package io.unipin.train;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.ServingModel;
import io.unipin.model.StepLoss;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of small models on a log that they can learn. */
abstract class TrainerFixture {
  static final int ITEMS = 40;
  static final long SEED = 9;
  @TempDir Path folder;

  /**
   * Returns a log whose users act on the items in order, again and again. They like all items, and
   * also hide items with odd rows. So a model can predict the next item and action with certainty.
   */
  static FeedLog walks(int users) {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    Random random = new Random(SEED);
    for (int u = 0; u < users; u++) {
      builder.user("u" + u);
      int item = random.nextInt(ITEMS);
      long time = 1_000_000;
      for (int i = 0; i < 12; i++) {
        time += 60_000;
        builder.view(0, time);
        builder.impression(item, item % 2 == 0 ? TestLogs.LIKE : TestLogs.LIKE | TestLogs.HIDE);
        builder.action(
            item, item % 2 == 0 ? TestLogs.LIKE : TestLogs.LIKE | TestLogs.HIDE, 0, time);
        item = (item + 1) % ITEMS;
      }
    }
    return builder.build();
  }

  static TrainConfig config(int epochs) {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 16, width: 32, layers: 1, heads: 2, kvHeads: 1, feedForward: 64, maxHistory:"
                + " 12}")
        .with("training.epochs", Integer.toString(epochs))
        .with("training.batchActions", "160")
        .with("training.dropout", "0.1")
        .with("training.learningRate", "0.005")
        .with("training.warmupSteps", "10")
        .with("training.patience", "100");
  }

  Trainer trainer(FeedLog log, TrainConfig config, Path work, List<StepLoss> losses) {
    return new Trainer(
        log, Holdout.leaveLast(log, 1), config, work, recorder(losses, Long.MAX_VALUE));
  }

  static TrainProgress recorder(List<StepLoss> losses, long killAt) {
    return step -> {
      losses.add(step.loss());
      if (step.step() == killAt) {
        throw new IllegalStateException("killed");
      }
    };
  }

  /** A validator that returns the given results, one per epoch. */
  static final class ScriptedValidator implements Validator {
    private final Iterator<Double> ndcgs;

    ScriptedValidator(Double... ndcgs) {
      this.ndcgs = List.of(ndcgs).iterator();
    }

    @Override
    public Validation validate(ServingModel model) {
      return new Validation(ndcgs.next(), Double.NaN);
    }

    @Override
    public void calibrate(Path model) {}
  }

  static TrainProgress bestEpochs(List<Integer> found, int killAfter) {
    return new TrainProgress() {
      private int validated;

      @Override
      public void step(TrainStep step) {
        if (validated == killAfter) {
          throw new IllegalStateException("killed");
        }
      }

      @Override
      public void validated(int epoch, Validation validation, boolean best) {
        validated = epoch;
        if (best) {
          found.add(epoch);
        }
      }
    };
  }
}
