package io.unipin.feedlog.simulator;

import java.util.SplittableRandom;

/** The true probabilities of a user's actions on an impression. */
final class ResponseModel {
  /**
   * Returns the probability that a user looks at a position. On the related surface users look
   * further down than on the home surface.
   */
  double examined(int position, int surface) {
    double slope = surface == FeedSimulator.HOME ? 0.6 : 0.3;
    return StrictMath.exp(-slope * StrictMath.log(1 + position));
  }

  /** Returns the probability of a click on an item, given that the user looks at the item. */
  double click(ItemWorld world, SimulatedUser user, int item) {
    double appeal = 5.5 * user.currentTaste(item) + 0.6 * world.quality(item);
    return sigmoid(-3 + appeal + user.activity());
  }

  /** Draws the multi-hot of a user's actions on an item, given that the user looks at the item. */
  long act(ItemWorld world, SimulatedUser user, int item, double click, SplittableRandom random) {
    if (random.nextDouble() < click) {
      double save = sigmoid(-2.2 + 3 * user.lastingTaste(item) + 0.8 * world.quality(item));
      return FeedSimulator.CLICK | (random.nextDouble() < save ? FeedSimulator.SAVE : 0);
    }
    double annoyance = user.dislikes(world.topic(item)) ? 3.5 : 0;
    double hide = sigmoid(-4.5 + annoyance - 2.5 * user.currentTaste(item));
    return random.nextDouble() < hide ? FeedSimulator.HIDE : 0;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
