package io.unipin.train;

import static java.util.Objects.requireNonNull;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.database.FileTree;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.model.EngineDevice;
import io.unipin.model.EngineOptions;
import io.unipin.model.Precision;
import io.unipin.model.ServingModel;
import io.unipin.model.StepLoss;
import io.unipin.model.StepSettings;
import io.unipin.model.TrainingBatch;
import io.unipin.model.TrainingModel;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Weights;
import io.unipin.train.batch.BatchSource;
import io.unipin.train.batch.ClassCounter;
import io.unipin.train.batch.EpochPlan;
import io.unipin.train.batch.Sequence;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import io.unipin.train.recipe.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model in one stage: each step minimises the losses of retrieval and ranking together, on
 * one batch.
 *
 * <p>Every step is a function of (recipe, seed, step), so a resumed training equals an
 * uninterrupted training. On a graphics card they are equal up to rounding, because a card adds the
 * terms of some gradients in no fixed order. A card computes only the steps. The processor computes
 * the other parts of a bundle, because the check of a loaded bundle also runs on the processor.
 *
 * <p>Not thread-safe. A process may run only one training. The work folder holds {@code checkpoint}
 * (to resume from), {@code classes.json} (class counts of the first epoch) and {@code model} (the
 * best model so far).
 */
public final class Trainer {
  private final FeedLog log;
  private final TrainingPart part;
  private final TrainConfig config;
  private final Path work;
  private final TrainProgress progress;
  private final EngineOptions options;
  private final Validator validator;
  private final EpochPlan plan;
  private final StepBudget budget;
  private final ActionWeights weights;
  private BatchSource batches;
  private long clock;
  private @Nullable ClassCounts counts;

  /** Creates a training of {@code config} on the training split of a log, on the processor. */
  public Trainer(
      FeedLog log, Holdout holdout, TrainConfig config, Path work, TrainProgress progress) {
    this(log, holdout, config, work, progress, EngineDevice.CPU);
  }

  /**
   * Creates a training of {@code config} on the training split of a log.
   *
   * @param device where the steps are computed; a training may resume on another device
   */
  public Trainer(
      FeedLog log,
      Holdout holdout,
      TrainConfig config,
      Path work,
      TrainProgress progress,
      EngineDevice device) {
    this(log, holdout, config, work, progress, device, new HoldoutValidator(log, holdout, config));
  }

  Trainer(
      FeedLog log,
      Holdout holdout,
      TrainConfig config,
      Path work,
      TrainProgress progress,
      EngineDevice device,
      Validator validator) {
    RecipeCheck.requireDescribed(config, log.catalogue());
    TrainingPart part = TrainingPart.of(log, holdout);
    this.log = log;
    this.part = part;
    this.config = config;
    this.work = work;
    this.progress = progress;
    this.options = EngineOptions.on(device, Precision.FLOAT32);
    this.validator = validator;
    this.plan = new EpochPlan(part, config);
    this.budget = new StepBudget(progress.mostSeconds(), config.training());
    this.batches = BatchSource.of(part, config);
    this.weights = ActionWeights.of(config.training(), log.schema());
  }

  /**
   * Trains to the end of the recipe, or until validation stops improving, or until the listener's
   * time limit.
   *
   * @param resume whether to continue from the work folder's checkpoint; if there is no checkpoint,
   *     the training starts from the beginning
   */
  public TrainResult run(boolean resume) {
    return run(resume, null);
  }

  /**
   * Trains as {@link #run(boolean)} does. A run that does not resume starts from an earlier model's
   * weights.
   *
   * @param warm the earlier model; null to start with random weights
   */
  @SuppressWarnings("try") // the lock is only held
  public TrainResult run(boolean resume, @Nullable WarmStart warm) {
    if (plan.batches(0).isEmpty()) {
      throw new TrainException(
          String.format(
              Locale.ROOT,
              "nothing to train on: of %,d actions and %,d feedviews evaluation (%s) leaves none in"
                  + " the training part",
              log.actions(),
              log.views(),
              config.evaluation()));
    }
    ModelConfig model = RecipeCheck.model(config, log);
    TrainOrigin origin = TrainOrigin.of(config, log, warm);
    if (warm != null && !config.training().unseenClasses()) {
      batches = BatchSource.of(part, config, warm.haveIds(log.catalogue()));
    }
    try (WorkLock lock = WorkLock.of(work)) {
      TrainState.recover(work);
      if (resume && TrainState.exists(work)) {
        TrainState state = TrainState.read(work);
        state.origin().requireSame(origin);
        try (TrainingModel training =
            TrainingModel.resume(model, TrainState.weights(work), options)) {
          counts = ClassCounts.read(work).orElseGet(this::count);
          return run(training, state.of(origin));
        }
      }
      if (warm != null) {
        warm.requireSameWithheld(config);
      }
      // Another shape is refused here, before anything of an earlier training is deleted.
      Weights first = weights(model, warm);
      TrainState.forget(work);
      FileTree.delete(work.resolve("model"));
      counts = warm == null ? count() : warm.counted(count());
      counts.write(work);
      try (TrainingModel training = TrainingModel.of(model, first, options)) {
        return run(training, TrainState.start(origin, new Validation(Double.NaN, Double.NaN)));
      }
    } catch (IOException e) {
      throw new TrainException("the work folder %s cannot be written: %s".formatted(work, e), e);
    }
  }

  private ClassCounts count() {
    return ClassCounter.count(batches, plan);
  }

  /** Returns the weights before the first step. */
  private Weights weights(ModelConfig model, @Nullable WarmStart warm) {
    TrainingSettings settings = config.training();
    Weights weights =
        warm == null
            ? Weights.random(model, settings.seed())
            : warm.weights(model, settings.seed(), log.catalogue());
    if (warm == null && settings.queriesAsKeys()) {
      weights = weights.withQueriesAsKeys(model);
    }
    return settings.unseenClasses() ? weights : weights.withoutIds(batches.unseen());
  }

  private TrainResult run(TrainingModel training, TrainState from) throws IOException {
    clock = System.nanoTime() - (long) (from.seconds() * 1e9);
    TrainState state = from;
    while (state.epoch() < config.training().epochs()
        && state.epoch() - state.bestEpoch() <= config.training().patience()
        && budget.allows(state.step(), seconds())) {
      state = validated(training, epoch(training, state));
    }
    if (state.batch() > 0) { // the time was used up before this run, in the middle of an epoch
      state = validated(training, state);
    }
    Path model = work.resolve("model");
    double seconds = seconds();
    validator.calibrate(model);
    config.write(model.resolve("recipe.yaml"));
    return new TrainResult(
        model, state.epoch(), state.step(), state.best(), seconds, state.examples());
  }

  private TrainState validated(TrainingModel training, TrainState state) throws IOException {
    TrainState validated = validate(training, state);
    validated.at(seconds()).write(work, training::checkpoint);
    return validated;
  }

  private double seconds() {
    return (System.nanoTime() - clock) / 1e9;
  }

  private TrainState epoch(TrainingModel training, TrainState from) {
    TrainingSettings settings = config.training();
    List<List<Sequence>> planned = plan.batches(from.epoch());
    long steps = (long) planned.size() * settings.epochs();
    Meter meter = new Meter();
    long checkpointed = System.nanoTime();
    TrainState state = from;
    while (state.batch() < planned.size() && budget.allows(state.step(), seconds())) {
      long step = state.step() + 1;
      LearningRate rate = budget.rate(state.step(), steps, seconds());
      TrainingBatch batch = batches.batch(planned.get(state.batch()), step);
      StepLoss loss = training.step(batch, stepSettings(step, rate));
      if (!loss.isFinite()) {
        throw new TrainException(
            "the loss is no number at step %s (%s): try a lower training.learningRate than %s"
                .formatted(step, loss, settings.learningRate()));
      }
      state = state.stepped(Meter.examples(batch));
      meter.add(batch, loss);
      progress.step(
          new TrainStep(
              state.epoch() + 1,
              settings.epochs(),
              step,
              steps,
              meter.examplesPerSecond(),
              meter.loss(),
              meter.secondsLeft(steps - step)));
      if (settings.checkpointSeconds() > 0
          && System.nanoTime() - checkpointed > settings.checkpointSeconds() * 1_000_000_000L) {
        state.at(seconds()).write(work, training::checkpoint);
        checkpointed = System.nanoTime();
      }
    }
    return state;
  }

  private StepSettings stepSettings(long step, LearningRate rate) {
    TrainingSettings settings = config.training();
    return new StepSettings(
        step,
        batches.seed(step),
        rate.at(step),
        settings.weightDecay(),
        settings.clip(),
        settings.dropout(),
        weights.masked(),
        weights.actions(),
        settings.scoreReg(),
        settings.mixup());
  }

  /**
   * Validates the model after an epoch. Keeps the model if it is the best so far, or as good as the
   * best. Returns the state at the start of the next epoch.
   */
  private TrainState validate(TrainingModel training, TrainState state) throws IOException {
    Path next = work.resolve("model.next");
    FileTree.delete(next);
    training.write(
        next,
        batches.classes().content(),
        batches.classes().attributes(),
        part.holdout().withheld().rows());
    requireNonNull(counts).write(next);
    Validation validation;
    try (ServingModel model = ServingModel.load(next, EngineOptions.cpu())) {
      validation = validator.validate(model);
    }
    TrainState validated = state.validated(validation);
    progress.validated(validated.epoch(), validation, validated.lastIsBest());
    if (validated.lastIsBest()) {
      TrainState.replace(next, work.resolve("model"), work.resolve("model.old"));
    } else {
      FileTree.delete(next);
    }
    return validated;
  }
}
