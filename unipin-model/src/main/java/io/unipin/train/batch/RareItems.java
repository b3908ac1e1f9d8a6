package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.train.recipe.TrainingSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Replaces rare items by random other items, consistently within a sequence. From these a model
 * learns patterns that do not depend on an item's id, which also hold for new items.
 *
 * <p>An item that n users have in their training actions or feedviews is replaced with probability
 * {@code a / (a + n)}. Kiperwasser and Goldberg (Simple and accurate dependency parsing, TACL 2016)
 * replace rare words by one unknown word in the same way. Here all occurrences of an item get the
 * same random replacement, so the model still sees which occurrences are the same item.
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
      int[] users = users(log, holdout);
      for (int i = 0; i < users.length; i++) {
        probability[i] = settings.rareSwap() / (settings.rareSwap() + users[i]);
      }
    }
  }

  private static int[] users(FeedLog log, Holdout holdout) {
    int[] users = new int[log.catalogue().size()];
    int[] seenBy = new int[users.length];
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int i = start; i < start + holdout.trainEnd(user); i++) {
        count(log.actionItems()[i], user, users, seenBy);
      }
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        if (holdout.part(user, view) == Part.TRAIN) {
          for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
            count(log.impressionItems()[i], user, users, seenBy);
          }
        }
      }
    }
    return users;
  }

  private static void count(int item, int user, int[] users, int[] seenBy) {
    if (seenBy[item] != user + 1) {
      seenBy[item] = user + 1;
      users[item]++;
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
     * and a withheld item is no replacement.
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
