package io.unipin.train.batch;

import io.unipin.evaluate.LogTokens;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.TrainingBatch;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import io.unipin.train.recipe.TrainingSettings;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Builds one training batch: histories, the items that follow them, masked actions, and the
 * feedviews that were shown between the actions.
 *
 * <p>A sequence contains all of its feedviews. Each feedview sees the history before it. A batch is
 * a function of log, sequences and seed.
 */
final class BatchBuilder {
  private final BatchSource source;
  private final FeedLog log;
  private final TrainingSettings settings;
  private final Random random;
  private final RareDraws draws;
  private final List<RareItems.Swap> swaps;
  private final List<Sequence> sequences;
  private final int actions;
  private final int length;

  private final long[] items;
  private final float[] bits;
  private final float[] masked;
  private final long[] surfaces;
  private final long[] gaps;
  private final Growable.Longs targetAt = new Growable.Longs();
  private final Growable.Longs targetItems = new Growable.Longs();
  private final Growable.Floats outcomes = new Growable.Floats();
  private final Growable.Longs targetSurfaces = new Growable.Longs();
  private final Growable.Longs targetGaps = new Growable.Longs();
  private final Growable.Longs targetOffsets = new Growable.Longs();
  private final Growable.Longs hiddenAt = new Growable.Longs();
  private final Growable.Floats hiddenLabels = new Growable.Floats();

  private BatchBuilder(BatchSource source, List<Sequence> sequences, long seed) {
    this.source = source;
    this.log = source.log();
    this.settings = source.config().training();
    this.sequences = sequences;
    this.random = new Random(seed);
    this.draws = new RareDraws(settings, seed);
    this.swaps = sequences.stream().map(sequence -> source.rare().swap(random)).toList();
    this.actions = log.schema().actions().size();
    int longest = sequences.stream().mapToInt(Sequence::length).max().orElseThrow();
    this.length = Math.max(1, longest);
    int cells = sequences.size() * length;
    this.items = new long[cells];
    this.bits = new float[cells * actions];
    this.masked = new float[cells];
    this.surfaces = new long[cells];
    this.gaps = new long[cells];
  }

  static TrainingBatch build(BatchSource source, List<Sequence> sequences, long seed) {
    return new BatchBuilder(source, sequences, seed).build();
  }

  private TrainingBatch build() {
    for (int b = 0; b < sequences.size(); b++) {
      history(b, sequences.get(b));
      if (settings.task().retrieves()) {
        targets(b, sequences.get(b));
      }
    }
    SlateBuilder slates = SlateBuilder.build(source, sequences, swaps, random);
    ItemClasses classes = source.classes().of(items, slates.items(), targetItems.toArray(), random);
    TrainingBatch.Slate slate = slates.slate(classes, draws);
    return new TrainingBatch(
        sequences.size(),
        length,
        slates.width(),
        classes.rows(),
        classes.content(),
        classes.attributes(),
        classes.bias(),
        new TrainingBatch.Tokens(classes.translate(items), bits, masked, surfaces, gaps),
        slate,
        new TrainingBatch.Targets(
            targetAt.toArray(),
            classes.translate(targetItems.toArray()),
            outcomes.toArray(),
            targetSurfaces.toArray(),
            targetGaps.toArray(),
            targetOffsets.toArray()),
        new TrainingBatch.Labels(hiddenAt.toArray(), hiddenLabels.toArray()),
        slates.labels(),
        slates.rare(classes, draws));
  }

  private void history(int b, Sequence sequence) {
    int start = log.actionStart(sequence.user()) + sequence.from();
    TokenSequence tokens = LogTokens.of(log, start, start + sequence.length());
    int unknown = log.catalogue().size();
    for (int t = 0; t < tokens.size(); t++) {
      int cell = b * length + t;
      items[cell] =
          random.nextDouble() < settings.unknownProbability()
              ? unknown
              : swaps.get(b).of(tokens.items()[t]);
      surfaces[cell] = tokens.surfaces()[t];
      gaps[cell] = tokens.gaps()[t];
      for (int c = 0; c < actions; c++) {
        bits[cell * actions + c] = tokens.actions()[t] >>> c & 1;
      }
      if (settings.task().ranks()) {
        hide(b, t, tokens);
      }
    }
  }

  /** Masks a token's action types at random. Masked action types become labels to predict. */
  private void hide(int b, int t, TokenSequence tokens) {
    if (random.nextDouble() < settings.maskProbability()) {
      masked[b * length + t] = 1;
      hiddenAt.add(row(b, t + 1));
      hiddenLabels.addBits(tokens.actions()[t], actions);
    }
  }

  /**
   * Returns the position of a row of history b among all rows. Row 0 is the learned first token;
   * row t + 1 is token t.
   */
  private long row(int b, int row) {
    return (long) b * (length + 1) + row;
  }

  /**
   * Adds a target for every row whose own action is not masked. The target is the next positive
   * item or, at random, one of the later positive items. The query gets the inputs that a request
   * would have.
   */
  private void targets(int b, Sequence sequence) {
    int start = log.actionStart(sequence.user());
    int[] positives =
        IntStream.range(start + sequence.from(), start + source.holdout().trainEnd(sequence.user()))
            .filter(i -> (log.actionBits()[i] & log.schema().positiveBits()) != 0)
            .limit(sequence.length() + TargetOffsets.FARTHEST)
            .toArray();
    int next = 0;
    for (int t = 0; t <= sequence.length(); t++) {
      int row = start + sequence.from() + t;
      while (next < positives.length && positives[next] < row) {
        next++;
      }
      boolean knowsItself = t == 0 ? sequence.from() == 0 : masked[b * length + t - 1] == 0;
      if (next < positives.length && knowsItself) {
        int ahead = ahead(positives.length - next);
        targetOffsets.add(TargetOffsets.of(ahead));
        target(
            b,
            row(b, t),
            positives[next + ahead - 1],
            t == 0 ? FeedLog.NO_TIME : log.actionTimes()[row - 1]);
      }
    }
  }

  /** Returns which of the next positive actions a row predicts; 1 is the very next one. */
  private int ahead(int left) {
    int farthest = Math.min(left, TargetOffsets.FARTHEST);
    boolean looksAhead =
        settings.aheadProbability() > 0
            && farthest > 1
            && random.nextDouble() < settings.aheadProbability();
    return looksAhead ? 2 + random.nextInt(farthest - 1) : 1;
  }

  private void target(int b, long at, int action, long previousTime) {
    targetAt.add(at);
    targetItems.add(swaps.get(b).of(log.actionItems()[action]));
    targetSurfaces.add(log.actionSurfaces()[action]);
    boolean timed = random.nextDouble() < settings.gapProbability();
    targetGaps.add(
        timed ? GapBuckets.of(previousTime, log.actionTimes()[action]) : GapBuckets.UNKNOWN);
    outcome(log.actionBits()[action]);
  }

  /** Gives the query its outcome: one of the target's actions, the mix of all of them, or none. */
  private void outcome(long bits) {
    long told = random.nextDouble() < settings.outcomeProbability() ? bits : 0;
    if (told != 0 && random.nextBoolean()) {
      int chosen = random.nextInt(Long.bitCount(told));
      for (; chosen > 0; chosen--) {
        told &= told - 1;
      }
      told = Long.lowestOneBit(told);
    }
    float share = told == 0 ? 0 : 1f / Long.bitCount(told);
    for (int c = 0; c < actions; c++) {
      outcomes.add((told >>> c & 1) * share);
    }
  }
}
