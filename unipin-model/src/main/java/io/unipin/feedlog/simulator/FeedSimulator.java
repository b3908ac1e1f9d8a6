package io.unipin.feedlog.simulator;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Simulates a feed whose true probabilities are known. Users with latent tastes look at slates of a
 * logging policy, and act with known probabilities. Equal configurations give equal logs, bit for
 * bit.
 *
 * <p>A model can learn the following from the log, in rising order of difficulty:
 * <ul>
 *   <li>Items differ in quality and popularity.
 *   <li>Users differ in activity.
 *   <li>Each user likes few of the topics.
 *   <li>A session follows one of the user's interests, and every click moves this interest
 *       ({@link SimulatedUser}). So recent actions say more than old actions.
 *   <li>Cold items appear while the feed runs. At first only their content tells something about
 *       them.
 * </ul>
 *
 * <p>Users look at lower positions less often ({@link ResponseModel}). The oracle of an impression
 * is the probability that the user clicks it if the user looks at it. The oracle does not depend on
 * the impression's position.
 */
public final class FeedSimulator {
  static final List<String> ACTIONS = List.of("click", "save", "hide");
  static final List<String> SURFACES = List.of("home", "related");
  public static final long CLICK = 1;
  static final long SAVE = 1 << 1;
  static final long HIDE = 1 << 2;
  static final int HOME = 0;
  static final int RELATED = 1;

  static final double RELATED_AFTER_CLICK = 0.3;

  private final SimulatorConfig config;
  private final ItemWorld world;
  private final ResponseModel response = new ResponseModel();
  private final FeedLogBuilder log;
  private final int[] slate;

  private FeedSimulator(SimulatorConfig config) {
    this.config = config;
    this.world = ItemWorld.random(config);
    this.slate = new int[config.slateSize()];
    FeedSchema schema = new FeedSchema(ACTIONS, List.of("click", "save"), SURFACES);
    this.log = new FeedLogBuilder(schema, world.catalogue());
  }

  public static FeedLog simulate(SimulatorConfig config) {
    return new FeedSimulator(config).run();
  }

  private FeedLog run() {
    SplittableRandom seeds = new SplittableRandom(config.seed());
    int digits = String.valueOf(config.users() - 1).length();
    for (int user = 0; user < config.users(); user++) {
      log.user(String.format(Locale.ROOT, "u%0" + digits + "d", user));
      play(seeds.split());
    }
    return log.build();
  }

  private void play(SplittableRandom random) {
    SimulatedUser user = new SimulatedUser(world, random);
    LoggingPolicy policy = new LoggingPolicy(world, random);
    SessionClock clock = new SessionClock(config.meanViewsPerUser(), random, random);
    int lastClicked = -1;
    while (clock.next()) {
      if (clock.startsSession()) {
        user.startSession();
        lastClicked = -1;
      }
      boolean related = lastClicked >= 0 && random.nextDouble() < RELATED_AFTER_CLICK;
      int topic = related ? world.topic(lastClicked) : -1;
      policy.fill(slate, user, topic, clock.timeMs());
      lastClicked = show(user, policy, clock, related ? RELATED : HOME, random);
    }
  }

  /** Shows the slate to the user. Returns the last item that the user clicked, or -1. */
  private int show(
      SimulatedUser user,
      LoggingPolicy policy,
      SessionClock clock,
      int surface,
      SplittableRandom random) {
    int clicked = -1;
    float[] oracle = new float[slate.length];
    long[] bits = new long[slate.length];
    for (int position = 0; position < slate.length; position++) {
      int item = slate[position];
      double click = response.click(world, user, item);
      oracle[position] = (float) click;
      boolean looks = random.nextDouble() < response.examined(position, surface);
      bits[position] = looks ? response.act(world, user, item, click, random) : 0;
    }
    log.view(surface, clock.timeMs());
    for (int position = 0; position < slate.length; position++) {
      log.impression(slate[position], bits[position], oracle[position]);
      if (bits[position] != 0) {
        log.action(slate[position], bits[position], surface, clock.dwell());
        policy.doNotRepeat(slate[position]);
      }
      if ((bits[position] & CLICK) != 0) {
        clicked = slate[position];
        user.clicked(clicked);
      }
    }
    return clicked;
  }
}
