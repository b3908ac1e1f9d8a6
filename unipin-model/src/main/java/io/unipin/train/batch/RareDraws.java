package io.unipin.train.batch;

import io.unipin.train.recipe.TrainingSettings;
import java.util.Random;

/**
 * Draws what one batch does for new and rare items: which ids it hides, and which candidates it
 * mixes. The draws depend on the step's seed alone, and no other draw of the batch depends on them.
 */
final class RareDraws {
  private static final long IDS = 1;
  private static final long CANDIDATES = 2;
  private static final long MIXES = 3;

  private final TrainingSettings settings;
  private final long seed;

  RareDraws(TrainingSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
  }

  /**
   * Returns 1 for each class that has its id row in this batch, and 0 for each other class; empty
   * if all classes have their id rows.
   *
   * @param unseen (items) whether each item has no id row in any batch
   */
  float[] kept(long[] classes, boolean[] unseen) {
    if (settings.idDropout() == 0 && settings.unseenClasses()) {
      return new float[0];
    }
    float[] kept = new float[classes.length];
    long ids = Seeds.mix(seed, IDS);
    for (int i = 0; i < kept.length; i++) {
      int item = (int) classes[i];
      boolean isItem = item < unseen.length;
      boolean hidden = isItem && (unseen[item] || Seeds.uniform(ids, item) < settings.idDropout());
      kept[i] = hidden ? 0 : 1;
    }
    return kept;
  }

  /** Whether the candidate in a cell of the batch's slates is shown without its id row. */
  boolean hidesCandidate(long cell) {
    return settings.candidateUnknown() > 0
        && Seeds.uniform(Seeds.mix(seed, CANDIDATES), cell) < settings.candidateUnknown();
  }

  /**
   * Returns the partner of each labelled candidate; empty if nothing is mixed. The partners are a
   * random permutation of the labelled candidates.
   */
  long[] partners(int candidates) {
    if (settings.mixup() == 0) {
      return new long[0];
    }
    Random random = new Random(Seeds.mix(seed, MIXES));
    long[] partners = new long[candidates];
    for (int i = 0; i < candidates; i++) {
      int other = random.nextInt(i + 1);
      partners[i] = partners[other];
      partners[other] = i;
    }
    return partners;
  }

  /**
   * Returns the share of each candidate in its own mix, between a half and 1; empty if nothing is
   * mixed. Beta(a, a) divides 1 into two parts, and the share is the larger part. The smaller a
   * ({@code mixupAlpha}) is, the closer are the shares to 1.
   */
  float[] shares(int candidates) {
    if (settings.mixup() == 0) {
      return new float[0];
    }
    Random random = new Random(~Seeds.mix(seed, MIXES));
    float[] shares = new float[candidates];
    for (int i = 0; i < candidates; i++) {
      shares[i] = settings.mixupAlpha() == 0 ? 1 : (float) share(random, settings.mixupAlpha());
    }
    return shares;
  }

  /**
   * Draws from Beta(a, a) for an a of at most 1. Draws pairs of powers of uniform numbers until
   * their sum is at most 1 (Jöhnk, Metrika 8, 1964). Computes with logarithms, because powers of 1
   * / a underflow.
   */
  private static double share(Random random, double a) {
    while (true) {
      double x = Math.log(1 - random.nextDouble()) / a;
      double y = Math.log(1 - random.nextDouble()) / a;
      if (Math.exp(x) + Math.exp(y) <= 1) {
        return 1 / (1 + Math.exp(-Math.abs(x - y)));
      }
    }
  }
}
