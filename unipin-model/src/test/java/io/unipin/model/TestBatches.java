package io.unipin.model;

import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds random training batches. */
final class TestBatches {
  private TestBatches() {}

  static TrainingBatch batch(
      ModelConfig config, long seed, int histories, int length, int candidates) {
    Random random = new Random(seed);
    int c = config.actions().size();
    int classes = config.items() + 1;
    long[] rows = new long[classes];
    Arrays.setAll(rows, i -> i);
    float[] bias = new float[classes];
    bias[config.items()] = Float.NEGATIVE_INFINITY;
    int cells = histories * length;
    int slate = histories * candidates;
    long[] cuts = longs(random, slate, length + 1);
    Arrays.setAll(cuts, i -> cuts[i] + 1);
    return new TrainingBatch(
        histories,
        length,
        candidates,
        rows,
        TestModels.content(seed),
        TestModels.attributes(config, seed),
        bias,
        new TrainingBatch.Tokens(
            longs(random, cells, classes),
            bits(random, cells * c),
            bits(random, cells),
            longs(random, cells, 2),
            longs(random, cells, GapBuckets.COUNT)),
        new TrainingBatch.Slate(
            longs(random, slate, classes),
            longs(random, slate, 2),
            longs(random, slate, GapBuckets.COUNT),
            longs(random, slate, PagePositions.COUNT),
            cuts),
        new TrainingBatch.Targets(
            longs(random, 9, histories * (length + 1)),
            longs(random, 9, config.items()),
            bits(random, 9 * c),
            longs(random, 9, 2),
            longs(random, 9, GapBuckets.COUNT),
            longs(random, 9, TargetOffsets.COUNT)),
        new TrainingBatch.Labels(longs(random, 5, histories * (length + 1)), bits(random, 5 * c)),
        new TrainingBatch.Labels(
            candidates == 0 ? new long[0] : longs(random, 6, slate),
            bits(random, candidates == 0 ? 0 : 6 * c)),
        TrainingBatch.Rare.NOTHING);
  }

  /**
   * Returns the same batch with random data for new and rare items. Its classes must be all items.
   */
  static TrainingBatch rare(TrainingBatch batch, long seed) {
    Random random = new Random(seed);
    long[] slate = batch.slate().items().clone();
    long[] bare = new long[slate.length / 2];
    for (int u = 0; u < bare.length; u++) {
      bare[u] = slate[2 * u];
      slate[2 * u] = (long) batch.classes().length + u;
    }
    int labelled = batch.shown().at().length;
    float[] shares = new float[labelled];
    for (int i = 0; i < labelled; i++) {
      shares[i] = (1 + random.nextFloat()) / 2;
    }
    TrainingBatch.Rare rare =
        new TrainingBatch.Rare(
            bits(random, batch.classes().length),
            bare,
            bits(random, labelled),
            longs(random, labelled, labelled),
            shares);
    return with(withSlate(batch, slate), rare);
  }

  /** Returns the same batch with other attributes of its classes. */
  static TrainingBatch withAttributes(TrainingBatch batch, AttributeBags attributes) {
    return new TrainingBatch(
        batch.histories(),
        batch.length(),
        batch.candidates(),
        batch.classes(),
        batch.content(),
        attributes,
        batch.classBias(),
        batch.tokens(),
        batch.slate(),
        batch.targets(),
        batch.hidden(),
        batch.shown(),
        batch.rare());
  }

  /** Returns the same batch with other content of its classes. */
  static TrainingBatch withContent(TrainingBatch batch, float[] content) {
    return with(batch, batch.classes(), content, batch.classBias(), i -> i);
  }

  /** Returns the same batch with other data for new and rare items. */
  static TrainingBatch with(TrainingBatch batch, TrainingBatch.Rare rare) {
    return with(batch, batch.tokens(), batch.slate(), batch.shown(), rare);
  }

  /** Returns the same batch with other labelled candidates. */
  static TrainingBatch labelled(TrainingBatch batch, TrainingBatch.Labels shown) {
    return with(batch, batch.tokens(), batch.slate(), shown, batch.rare());
  }

  /** Returns the same batch with other items as its candidates. */
  static TrainingBatch withSlate(TrainingBatch batch, long[] items) {
    TrainingBatch.Slate slate = batch.slate();
    TrainingBatch.Slate other =
        new TrainingBatch.Slate(
            items, slate.surfaces(), slate.gaps(), slate.positions(), slate.cuts());
    return with(batch, batch.tokens(), other, batch.shown(), batch.rare());
  }

  /** Returns a copy of the batch in which {@code other} replaces {@code item} in all histories. */
  static TrainingBatch withoutTokens(TrainingBatch batch, long item, long other) {
    TrainingBatch.Tokens tokens = batch.tokens();
    TrainingBatch.Tokens replaced =
        new TrainingBatch.Tokens(
            map(tokens.items(), i -> i == item ? other : i),
            tokens.actions(),
            tokens.masked(),
            tokens.surfaces(),
            tokens.gaps());
    return with(batch, replaced, batch.slate(), batch.shown(), batch.rare());
  }

  private static TrainingBatch with(
      TrainingBatch batch,
      TrainingBatch.Tokens tokens,
      TrainingBatch.Slate slate,
      TrainingBatch.Labels shown,
      TrainingBatch.Rare rare) {
    return new TrainingBatch(
        batch.histories(),
        batch.length(),
        batch.candidates(),
        batch.classes(),
        batch.content(),
        batch.attributes(),
        batch.classBias(),
        tokens,
        slate,
        batch.targets(),
        batch.hidden(),
        shown,
        rare);
  }

  /**
   * Returns the items that occur in a batch, in a random order. The classes of the batch must be
   * all items.
   */
  static long[] used(TrainingBatch batch, long seed) {
    List<Long> used =
        Stream.of(batch.tokens().items(), batch.slate().items(), batch.targets().items())
            .flatMapToLong(Arrays::stream)
            .distinct()
            .boxed()
            .collect(Collectors.toList());
    Collections.shuffle(used, new Random(seed));
    return used.stream().mapToLong(i -> i).toArray();
  }

  /**
   * Returns the same batch with a class bias that leaves only the given rows in the softmax. The
   * classes of the batch must be all items.
   */
  static TrainingBatch competing(TrainingBatch batch, long[] rows) {
    float[] bias = new float[batch.classes().length];
    Arrays.fill(bias, Float.NEGATIVE_INFINITY);
    for (long row : rows) {
      bias[(int) row] = batch.classBias()[(int) row];
    }
    return with(batch, batch.classes(), batch.content(), bias, i -> i);
  }

  /** Returns the same batch with the given rows as its only classes. */
  static TrainingBatch sampled(TrainingBatch batch, long[] rows) {
    int f = batch.content().length / batch.classes().length;
    float[] content = new float[rows.length * f];
    float[] bias = new float[rows.length];
    long[] at = new long[batch.classes().length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(batch.content(), (int) rows[i] * f, content, i * f, f);
      bias[i] = batch.classBias()[(int) rows[i]];
      at[(int) rows[i]] = i;
    }
    return with(batch, rows, content, bias, i -> at[(int) i]);
  }

  private static TrainingBatch with(
      TrainingBatch batch, long[] rows, float[] content, float[] bias, LongUnaryOperator item) {
    TrainingBatch.Tokens tokens = batch.tokens();
    TrainingBatch.Slate slate = batch.slate();
    TrainingBatch.Targets targets = batch.targets();
    return new TrainingBatch(
        batch.histories(),
        batch.length(),
        batch.candidates(),
        rows,
        content,
        batch.attributes().chosen(rows),
        bias,
        new TrainingBatch.Tokens(
            map(tokens.items(), item),
            tokens.actions(),
            tokens.masked(),
            tokens.surfaces(),
            tokens.gaps()),
        new TrainingBatch.Slate(
            map(slate.items(), item),
            slate.surfaces(),
            slate.gaps(),
            slate.positions(),
            slate.cuts()),
        new TrainingBatch.Targets(
            targets.at(),
            map(targets.items(), item),
            targets.outcomes(),
            targets.surfaces(),
            targets.gaps(),
            targets.offsets()),
        batch.hidden(),
        batch.shown(),
        batch.rare());
  }

  private static long[] map(long[] items, LongUnaryOperator item) {
    return Arrays.stream(items).map(item).toArray();
  }

  static StepSettings settings(ModelConfig config, long step, double dropout) {
    float[] weights = new float[config.actions().size()];
    Arrays.fill(weights, 1);
    return new StepSettings(step, 100 + step, 3e-3, 0.01, 1, dropout, weights, weights, 0, 0);
  }

  /** Returns the same settings with these weights of the two losses for new and rare items. */
  static StepSettings rare(StepSettings settings, double scoreReg, double mixup) {
    return new StepSettings(
        settings.step(),
        settings.seed(),
        settings.learningRate(),
        settings.weightDecay(),
        settings.clip(),
        settings.dropout(),
        settings.maskedWeights(),
        settings.actionWeights(),
        scoreReg,
        mixup);
  }

  /** Returns the same settings with other weights of the actions in the loss of masked rows. */
  static StepSettings knowing(StepSettings settings, float[] maskedWeights) {
    return new StepSettings(
        settings.step(),
        settings.seed(),
        settings.learningRate(),
        settings.weightDecay(),
        settings.clip(),
        settings.dropout(),
        maskedWeights,
        settings.actionWeights(),
        settings.scoreReg(),
        settings.mixup());
  }

  private static long[] longs(Random random, int count, int bound) {
    return random.longs(count, 0, bound).toArray();
  }

  private static float[] bits(Random random, int count) {
    float[] bits = new float[count];
    for (int i = 0; i < count; i++) {
      bits[i] = random.nextInt(2);
    }
    return bits;
  }
}
