package io.unipin.benchmarks.experiment;

import io.unipin.cli.statistics.Difference;
import io.unipin.cli.statistics.MixtureTest;
import io.unipin.cli.statistics.Moments;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Simulates experiments whose results are read repeatedly, and counts how often each test claims an
 * effect.
 */
final class SequentialTrials {
  private static final double ALPHA = 0.05;

  private SequentialTrials() {}

  /**
   * The setting of a simulation.
   *
   * @param experiments number of experiments
   * @param peeks number of readings per experiment
   * @param usersPerPeek number of new users of each arm between two readings
   * @param effect number that is added to the metric of each user of the treatment
   * @param tau parameter of the sequential test
   */
  record Setting(int experiments, int peeks, int usersPerPeek, double effect, double tau) {}

  /**
   * The shares of experiments in which each test rejected the null hypothesis at level 0.05.
   *
   * @param sequential share for the sequential test; a rejection at any reading counts
   * @param naive share for Welch's t test; a rejection at any reading counts
   * @param once share for Welch's t test; only the last reading counts
   */
  record Alarms(double sequential, double naive, double once) {}

  /** Returns a normally distributed number with variance 1. */
  static double normal(SplittableRandom random) {
    return random.nextGaussian();
  }

  /**
   * Returns a user's clicks, scaled to variance 1. As in real feeds, most users have no clicks and
   * few users have many.
   */
  static double skewed(SplittableRandom random) {
    double none = 0.7;
    double draw = random.nextDouble();
    if (draw < none) {
      return 0;
    }
    double scale = 1 / Math.sqrt(2 * (1 - none) - (1 - none) * (1 - none));
    return -scale * Math.log((draw - none) / (1 - none));
  }

  static Alarms run(Setting setting, ToDoubleFunction<SplittableRandom> user, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MixtureTest test = new MixtureTest(setting.tau());
    int sequential = 0;
    int naive = 0;
    int once = 0;
    for (int experiment = 0; experiment < setting.experiments(); experiment++) {
      Moments control = new Moments();
      Moments treatment = new Moments();
      boolean rejected = false;
      boolean cried = false;
      boolean last = false;
      for (int peek = 0; peek < setting.peeks(); peek++) {
        for (int i = 0; i < setting.usersPerPeek(); i++) {
          control.add(user.applyAsDouble(random));
          treatment.add(user.applyAsDouble(random) + setting.effect());
        }
        Difference difference = Difference.of(control, treatment);
        rejected |= test.pValue(difference.effect(), difference.variance()) <= ALPHA;
        last = !difference.interval(ALPHA).contains(0);
        cried |= last;
      }
      sequential += rejected ? 1 : 0;
      naive += cried ? 1 : 0;
      once += last ? 1 : 0;
    }
    double all = setting.experiments();
    return new Alarms(sequential / all, naive / all, once / all);
  }
}
