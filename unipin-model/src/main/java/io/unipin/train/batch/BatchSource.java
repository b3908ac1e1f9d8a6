package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.model.TrainingBatch;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainingSettings;
import java.util.List;

/** The shared data from which all batches of a training are built. Immutable. */
public record BatchSource(
    FeedLog log, Holdout holdout, TrainConfig config, ItemClasses.Source classes, RareItems rare) {

  /** Creates the batches of the training part of a log, without withheld items. */
  public static BatchSource of(FeedLog log, Holdout holdout, TrainConfig config) {
    return of(TrainingPart.of(log, holdout), config);
  }

  public static BatchSource of(TrainingPart part, TrainConfig config) {
    FeedLog log = part.log();
    Holdout holdout = part.holdout();
    TrainingSettings settings = config.training();
    return new BatchSource(
        log,
        holdout,
        config,
        new ItemClasses.Source(log, holdout, settings),
        new RareItems(log, holdout, settings));
  }

  /** Builds the batch of some sequences at a step, counted from 1. */
  public TrainingBatch batch(List<Sequence> sequences, long step) {
    return BatchBuilder.build(this, sequences, seed(step));
  }

  /** Returns the seed of all random numbers of a step. */
  public long seed(long step) {
    return Seeds.mix(config.training().seed(), ~step);
  }
}
