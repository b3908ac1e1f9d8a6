package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.recipe.TrainingSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Replaces rare items by random other items, consistently within a sequence. From the replaced
 * items, a model learns patterns that do not depend on an item's id. These patterns also hold for
 * new items.
 *
 * <p>An item that n users have in their training actions or feedviews is replaced with probability
 * {@code a / (a + n)}. Kiperwasser and Goldberg (Simple and accurate dependency parsing, TACL 2016)
 * replace rare words by one unknown word in the same way. Here all occurrences of an item get the
 * same random replacement, so the model still sees which occurrences belong together.
 */
final class RareItems {
  private final double[] probability;
  private final int[] replacements;

  RareItems(FeedLog log, Holdout holdout, TrainingSettings settings) {
    this.probability = new double[log.catalogue().size() + 1];
    this.replacements =
        IntStream.range(0, log.catalogue().size())
            .filter(item -> !holdout.withheld().contains(item))
            .toArray();
    if (settings.rareSwap() > 0) {
      int[] users = ItemUsers.count(log, holdout);
      for (int i = 0; i < users.length; i++) {
        probability[i] = settings.rareSwap() / (settings.rareSwap() + users[i]);
      }
    }
  }

  /** Creates the replacements of one sequence. */
  Swap swap(Random random) {
    return new Swap(random);
  }

  final class Swap {
    private final Random random;
    private final Map<Long, Long> others = new HashMap<>();

    private Swap(Random random) {
      this.random = random;
    }

    /**
     * Returns an item's replacement in this sequence. The out-of-vocabulary item is never replaced,
     * and a withheld item is never a replacement.
     */
    long of(long item) {
      if (probability[(int) item] == 0) {
        return item;
      }
      return others.computeIfAbsent(
          item,
          i ->
              random.nextDouble() < probability[i.intValue()]
                  ? (long) replacements[random.nextInt(replacements.length)]
                  : i);
    }
  }
}
