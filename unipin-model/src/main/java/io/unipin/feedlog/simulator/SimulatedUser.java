package io.unipin.feedlog.simulator;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A user's state: a few lasting interests, the interest that the current session follows, and the
 * direction in which the session's clicks have moved this interest.
 */
final class SimulatedUser {
  private static final int INTERESTS = 3;
  private static final double SAME_INTEREST_AGAIN = 0.5;
  private static final double INTEREST_REPLACED = 0.06;
  private static final double PULL_OF_A_CLICK = 0.25;
  private static final double WEIGHT_OF_SESSION = 0.8;

  private final ItemWorld world;
  private final SplittableRandom random;
  private final int[] interests = new int[INTERESTS];
  private final int dislike;
  private final double activity;
  private final double[] lasting = new double[ItemWorld.LATENT];
  private final double[] session = new double[ItemWorld.LATENT];
  private final double[] current = new double[ItemWorld.LATENT];
  private int active;

  SimulatedUser(ItemWorld world, SplittableRandom random) {
    this.world = world;
    this.random = random;
    for (int i = 0; i < INTERESTS; i++) {
      interests[i] = random.nextInt(world.topics());
    }
    this.dislike = random.nextInt(world.topics());
    this.activity = 0.6 * random.nextGaussian();
    this.active = random.nextInt(INTERESTS);
  }

  /**
   * Picks the interest that the next session follows. Now and then a new interest replaces one of
   * the lasting interests.
   */
  void startSession() {
    if (random.nextDouble() < INTEREST_REPLACED) {
      interests[random.nextInt(INTERESTS)] = random.nextInt(world.topics());
    }
    if (random.nextDouble() >= SAME_INTEREST_AGAIN) {
      active = random.nextInt(INTERESTS);
    }
    Arrays.fill(lasting, 0);
    for (int interest : interests) {
      ItemWorld.addScaled(lasting, world.centre(interest), 1);
    }
    ItemWorld.normalise(lasting);
    System.arraycopy(world.centre(interests[active]), 0, session, 0, session.length);
    mix();
  }

  /** Moves the session's taste towards a clicked item. */
  void clicked(int item) {
    ItemWorld.addScaled(session, world.latent(item), PULL_OF_A_CLICK);
    ItemWorld.normalise(session);
    mix();
  }

  private void mix() {
    Arrays.fill(current, 0);
    ItemWorld.addScaled(current, session, WEIGHT_OF_SESSION);
    ItemWorld.addScaled(current, lasting, 1 - WEIGHT_OF_SESSION);
    ItemWorld.normalise(current);
  }

  /** Returns the cosine of an item's vector and the user's present taste. */
  double currentTaste(int item) {
    return ItemWorld.dot(current, world.latent(item));
  }

  /** Returns the cosine of an item's vector and the user's lasting taste. */
  double lastingTaste(int item) {
    return ItemWorld.dot(lasting, world.latent(item));
  }

  boolean dislikes(int topic) {
    return topic == dislike;
  }

  /** Returns the user's tendency to click, in logits; 0 is the average. */
  double activity() {
    return activity;
  }

  int activeInterest() {
    return interests[active];
  }

  /** Draws one of the lasting interests. */
  int anyInterest() {
    return interests[random.nextInt(INTERESTS)];
  }
}
