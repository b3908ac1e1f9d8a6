package io.unipin.train;

import io.unipin.data.FeedLog;

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
}
