package io.unipin.benchmarks.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A page that is requested at a planned time.
 *
 * @param atNanos time of the request, in nanoseconds from the beginning of the plan
 * @param hit whether the server holds the user's encoded history
 * @param user number of the user; cached users and new users are numbered separately
 */
record PlannedPage(long atNanos, boolean hit, int user) {
  private static final double SECOND = 1e9;

  /**
   * Plans pages at random times. On average, half of the pages are for new users. Equal arguments
   * make equal plans.
   *
   * @param rate mean number of pages per second
   * @param cachedUsers number of users whom the server knows
   */
  static List<PlannedPage> plan(double rate, double seconds, int cachedUsers, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PlannedPage> plan = new ArrayList<>();
    int newUsers = 0;
    for (double at = gap(random, rate); at < seconds; at += gap(random, rate)) {
      boolean hit = random.nextBoolean();
      int user = hit ? random.nextInt(cachedUsers) : newUsers++;
      plan.add(new PlannedPage((long) (at * SECOND), hit, user));
    }
    return plan;
  }

  private static double gap(SplittableRandom random, double rate) {
    return -Math.log1p(-random.nextDouble()) / rate;
  }
}
