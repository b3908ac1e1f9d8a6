package io.unipin.train;

import io.unipin.data.FeedLog;
import io.unipin.model.TrainingBatch;
import java.util.List;

/** What all batches of a training are built from. Immutable. */
record BatchSource(
    FeedLog log, Holdout holdout, TrainConfig config, Classes.Source classes, RareItems rare) {

  static BatchSource of(FeedLog log, Holdout holdout, TrainConfig config) {
    TrainingSettings settings = config.training();
    return new BatchSource(
        log,
        holdout,
        config,
        new Classes.Source(log, holdout, settings),
        new RareItems(log, holdout, settings));
  }

  /** The batch of some sequences at a step, counted from 1. */
  TrainingBatch batch(List<Sequence> sequences, long step) {
    return BatchBuilder.build(this, sequences, seed(step));
  }

  /** The seed of all that is drawn in a step. */
  long seed(long step) {
    return Seeds.mix(config.training().seed(), ~step);
  }
}
