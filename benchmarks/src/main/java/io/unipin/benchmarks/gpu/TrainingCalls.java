package io.unipin.benchmarks.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.model.EngineOptions;
import io.unipin.model.StepLoss;
import io.unipin.model.StepSettings;
import io.unipin.model.TrainingBatch;
import io.unipin.model.TrainingModel;
import io.unipin.model.archive.ArrayValue;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.files.Program;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * The training calls of one model: the embedding of items, the loss of a batch, and the losses of
 * some training steps.
 */
final class TrainingCalls {
  private static final int STEPS = 5;
  private static final int HISTORIES = 4;
  private static final int LENGTH = 12;
  private static final int CANDIDATES = 5;
  private static final int TARGETS = 9;
  private static final int LABELS = 6;

  private final PackModel model;
  private final ModelConfig config;
  private final PackedCalls calls;
  private final TrainingBatch batch;
  private final StepSettings settings;

  TrainingCalls(PackModel model, PackedCalls calls) {
    this.model = model;
    this.config = model.config();
    this.calls = calls;
    this.batch = batch();
    float[] weights = new float[config.actions().size()];
    Arrays.fill(weights, 0.5f);
    this.settings = new StepSettings(1, 1, 0.002, 0.01, 1, 0, weights, weights, 0.1, 0.1);
  }

  private TrainingBatch batch() {
    Random random = new Random(model.seed());
    int types = config.actions().size();
    int classes = config.items() + 1;
    int cells = HISTORIES * LENGTH;
    int slate = HISTORIES * CANDIDATES;
    float[] bias = new float[classes];
    bias[config.items()] = Float.NEGATIVE_INFINITY;
    float[] shares = shares(random);
    return new TrainingBatch(
        HISTORIES,
        LENGTH,
        CANDIDATES,
        LongStream.range(0, classes).toArray(),
        model.content(),
        model.attributes(),
        bias,
        new TrainingBatch.Tokens(
            PackUser.longs(random, cells, classes),
            PackUser.bits(random, cells * types),
            PackUser.bits(random, cells),
            PackUser.longs(random, cells, config.surfaces().size()),
            PackUser.longs(random, cells, GapBuckets.COUNT)),
        new TrainingBatch.Slate(
            PackUser.longs(random, slate, classes),
            PackUser.longs(random, slate, config.surfaces().size()),
            PackUser.longs(random, slate, GapBuckets.COUNT),
            PackUser.longs(random, slate, PagePositions.COUNT),
            Arrays.stream(PackUser.longs(random, slate, LENGTH + 1)).map(i -> i + 1).toArray()),
        new TrainingBatch.Targets(
            PackUser.longs(random, TARGETS, HISTORIES * (LENGTH + 1)),
            PackUser.longs(random, TARGETS, config.items()),
            PackUser.bits(random, TARGETS * types),
            PackUser.longs(random, TARGETS, config.surfaces().size()),
            PackUser.longs(random, TARGETS, GapBuckets.COUNT),
            PackUser.longs(random, TARGETS, TargetOffsets.COUNT)),
        new TrainingBatch.Labels(
            PackUser.longs(random, LABELS, HISTORIES * (LENGTH + 1)),
            PackUser.bits(random, LABELS * types)),
        new TrainingBatch.Labels(
            PackUser.longs(random, LABELS, slate), PackUser.bits(random, LABELS * types)),
        new TrainingBatch.Rare(
            PackUser.bits(random, classes),
            new long[0],
            PackUser.bits(random, LABELS),
            PackUser.longs(random, LABELS, LABELS),
            shares));
  }

  private static float[] shares(Random random) {
    float[] shares = new float[LABELS];
    for (int i = 0; i < LABELS; i++) {
      shares[i] = (1 + random.nextFloat()) / 2;
    }
    return shares;
  }

  /**
   * Packs the calls.
   *
   * @param training receives what the training steps need besides the arguments of the call {@code
   *     loss}
   */
  void pack(ObjectNode training) {
    calls.call("embedding", "item_embedding", true, embedding());
    calls.call("loss", "loss", true, loss());
    float[] losses = new float[2 * STEPS];
    try (TrainingModel trained = TrainingModel.of(config, model.weights(), EngineOptions.cpu())) {
      for (int i = 0; i < STEPS; i++) {
        StepLoss step = trained.step(batch, settings(i + 1));
        losses[2 * i] = step.total();
        losses[2 * i + 1] = step.gradientNorm();
      }
    }
    calls.name("steps", ArrayValue.of(losses, STEPS, 2));
    training
        .put("rate", settings.learningRate())
        .put("decay", settings.weightDecay())
        .put("clip", settings.clip())
        .put("losses", "steps");
  }

  /** Returns the arguments of the call that embeds the whole catalogue. */
  private PackedCalls.Arguments embedding() {
    int count = config.items() + 1;
    return new PackedCalls.Arguments()
        .with("rows", longs(batch.classes(), count))
        .with("content", floats(batch.content(), count, config.contentDim()))
        .with("buckets", longs(batch.attributes().buckets(), batch.attributes().buckets().length))
        .with("starts", longs(batch.attributes().starts(), batch.attributes().starts().length));
  }

  private StepSettings settings(int step) {
    return new StepSettings(
        step,
        settings.seed(),
        settings.learningRate(),
        settings.weightDecay(),
        settings.clip(),
        settings.dropout(),
        settings.maskedWeights(),
        settings.actionWeights(),
        settings.scoreReg(),
        settings.mixup());
  }

  private PackedCalls.Arguments loss() {
    int types = config.actions().size();
    var arguments = new PackedCalls.Arguments();
    classes(arguments);
    TrainingBatch.Tokens tokens = batch.tokens();
    TrainingBatch.Slate slate = batch.slate();
    arguments
        .with("index", longs(tokens.items(), HISTORIES, LENGTH))
        .with("actions", floats(tokens.actions(), HISTORIES, LENGTH, types))
        .with("masked", floats(tokens.masked(), HISTORIES, LENGTH, 1))
        .with("surfaces", longs(tokens.surfaces(), HISTORIES, LENGTH))
        .with("gaps", longs(tokens.gaps(), HISTORIES, LENGTH))
        .with("slate", longs(slate.items(), HISTORIES, CANDIDATES))
        .with("slate_surfaces", longs(slate.surfaces(), HISTORIES, CANDIDATES))
        .with("slate_gaps", longs(slate.gaps(), HISTORIES, CANDIDATES))
        .with("slate_positions", longs(slate.positions(), HISTORIES, CANDIDATES))
        .with("cuts", longs(slate.cuts(), HISTORIES, CANDIDATES));
    targets(arguments, types);
    TrainingBatch.Rare rare = batch.rare();
    arguments
        .with("hidden_at", longs(batch.hidden().at(), LABELS))
        .with("hidden_labels", floats(batch.hidden().actions(), LABELS, types))
        .with("slate_at", longs(batch.shown().at(), LABELS))
        .with("slate_labels", floats(batch.shown().actions(), LABELS, types))
        .with("slate_cold", floats(rare.cold(), LABELS))
        .with("partners", longs(rare.partners(), LABELS))
        .with("shares", floats(rare.shares(), LABELS))
        .with("hidden_weights", floats(settings.maskedWeights(), types))
        .with("slate_weights", floats(settings.actionWeights(), types))
        .with("score_reg", floats(new float[] {(float) settings.scoreReg()}, 1))
        .with("mixup", floats(new float[] {(float) settings.mixup()}, 1))
        .with("dropout", floats(new float[] {(float) settings.dropout()}, 1));
    return arguments;
  }

  private void classes(PackedCalls.Arguments arguments) {
    int count = config.items() + 1;
    TrainingBatch.Rare rare = batch.rare();
    arguments
        .with(
            "ids", floats(model.weights().get(Program.ITEM_ID).toArray(), count, config.itemDim()))
        .with("content", floats(batch.content(), count, config.contentDim()))
        .with("buckets", longs(batch.attributes().buckets(), batch.attributes().buckets().length))
        .with("starts", longs(batch.attributes().starts(), batch.attributes().starts().length))
        .with("class_bias", floats(batch.classBias(), count))
        .with("kept", floats(rare.kept(), count))
        .with("bare", longs(rare.bare(), rare.bare().length));
  }

  private void targets(PackedCalls.Arguments arguments, int types) {
    TrainingBatch.Targets targets = batch.targets();
    arguments
        .with("target_at", longs(targets.at(), TARGETS))
        .with("target", longs(targets.items(), TARGETS))
        .with("outcomes", floats(targets.outcomes(), TARGETS, types))
        .with("target_surfaces", longs(targets.surfaces(), TARGETS))
        .with("target_gaps", longs(targets.gaps(), TARGETS))
        .with("target_offsets", longs(targets.offsets(), TARGETS));
  }

  private static ArrayValue longs(long[] values, long... shape) {
    return ArrayValue.of(values, shape);
  }

  private static ArrayValue floats(float[] values, long... shape) {
    return ArrayValue.of(values, shape);
  }
}
