package io.unipin.feedlog.simulator;

import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * The simulated recommender whose slates are logged. It mixes items of the user's taste, popular
 * items and random items. A slate holds each item at most once, and only items that have already
 * appeared. The policy avoids items on which the user acted.
 */
final class LoggingPolicy {
  private static final double BY_TASTE = 0.45;
  private static final double BY_POPULARITY = 0.35;
  private static final double KNOWS_THE_SESSION = 0.5;
  private static final double RELATED_BY_TOPIC = 0.7;
  private static final int TRIES = 12;

  private final ItemWorld world;
  private final SplittableRandom random;
  private final BitSet done = new BitSet();

  LoggingPolicy(ItemWorld world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  void doNotRepeat(int item) {
    done.set(item);
  }

  /**
   * Fills a slate.
   *
   * @param relatedTopic topic of the item to which the slate relates; -1 if the slate relates to no
   *     item
   */
  void fill(int[] slate, SimulatedUser user, int relatedTopic, long timeMs) {
    for (int position = 0; position < slate.length; position++) {
      slate[position] = pick(slate, position, user, relatedTopic, timeMs);
    }
  }

  private int pick(int[] slate, int filled, SimulatedUser user, int relatedTopic, long timeMs) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int item = draw(user, relatedTopic);
      if (!done.get(item) && fits(item, slate, filled, timeMs)) {
        return item;
      }
    }
    int item = random.nextInt(world.items());
    while (!fits(item, slate, filled, timeMs)) {
      item = (item + 1) % world.items();
    }
    return item;
  }

  private boolean fits(int item, int[] slate, int filled, long timeMs) {
    for (int i = 0; i < filled; i++) {
      if (slate[i] == item) {
        return false;
      }
    }
    return world.createdMs(item) <= timeMs;
  }

  private int draw(SimulatedUser user, int relatedTopic) {
    if (relatedTopic >= 0 && random.nextDouble() < RELATED_BY_TOPIC) {
      return world.drawFrom(relatedTopic, random);
    }
    double kind = random.nextDouble();
    if (kind < BY_TASTE) {
      boolean session = random.nextDouble() < KNOWS_THE_SESSION;
      return world.drawFrom(session ? user.activeInterest() : user.anyInterest(), random);
    }
    return kind < BY_TASTE + BY_POPULARITY
        ? world.drawPopular(random)
        : random.nextInt(world.items());
  }
}
