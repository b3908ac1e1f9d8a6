package io.unipin.model;

import java.util.Arrays;
import java.util.Random;

/** Random training batches. */
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
            bits(random, candidates == 0 ? 0 : 6 * c)));
  }

  static StepSettings settings(ModelConfig config, long step, double dropout) {
    float[] weights = new float[config.actions().size()];
    Arrays.fill(weights, 1);
    return new StepSettings(step, 100 + step, 3e-3, 0.01, 1, dropout, weights);
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
