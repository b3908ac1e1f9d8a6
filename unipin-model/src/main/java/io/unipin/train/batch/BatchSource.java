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
    FeedLog log,
    Holdout holdout,
    TrainConfig config,
    ItemClasses.Source classes,
    RareItems rare,
    ColdItems cold) {

  /** Creates the source of batches for the training part of a log, without withheld items. */
  public static BatchSource of(FeedLog log, Holdout holdout, TrainConfig config) {
    return of(TrainingPart.of(log, holdout), config);
  }

  /** Creates the source of batches for a training that starts with random weights. */
  public static BatchSource of(TrainingPart part, TrainConfig config) {
    return of(part, config, new boolean[part.log().catalogue().size()]);
  }

  /**
   * Creates the source of batches for a training that starts with an earlier model's weights.
   *
   * @param known (items) whether each item has an id row in the earlier model
   */
  public static BatchSource of(TrainingPart part, TrainConfig config, boolean[] known) {
    FeedLog log = part.log();
    Holdout holdout = part.holdout();
    TrainingSettings settings = config.training();
    return new BatchSource(
        log,
        holdout,
        config,
        new ItemClasses.Source(log, holdout, config, known),
        new RareItems(log, holdout, settings),
        new ColdItems(log, holdout, settings));
  }

  /**
   * Returns for each item whether it is left out of the softmax and has no id row. All elements are
   * false unless the recipe leaves out items without a training target.
   */
  public boolean[] unseen() {
    return classes.unseen();
  }

  /** Builds the batch of some sequences at a step. Steps are counted from 1. */
  public TrainingBatch batch(List<Sequence> sequences, long step) {
    return BatchBuilder.build(this, sequences, seed(step));
  }

  /** Returns the seed of all random numbers of a step. */
  public long seed(long step) {
    return Seeds.mix(config.training().seed(), ~step);
  }
}
