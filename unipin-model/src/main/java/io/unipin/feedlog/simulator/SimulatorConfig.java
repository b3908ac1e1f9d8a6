package io.unipin.feedlog.simulator;

/**
 * The size of a simulated feed.
 *
 * @param users at least 1
 * @param items at least 50
 * @param meanViewsPerUser feedviews of an average user, at least 2
 * @param slateSize impressions per feedview, at most a tenth of the items
 * @param contentDim numbers of content per item, 0 = none
 * @param coldShare share of the items that appear while the feed runs, below 1
 * @param seed equal configurations give equal logs
 */
public record SimulatorConfig(
    int users,
    int items,
    double meanViewsPerUser,
    int slateSize,
    int contentDim,
    double coldShare,
    long seed) {
  public SimulatorConfig {
    require(users >= 1, "users of at least 1", users);
    require(items >= 50, "items of at least 50", items);
    require(
        meanViewsPerUser >= 2 && meanViewsPerUser < 1e6,
        "meanViewsPerUser from 2",
        meanViewsPerUser);
    require(slateSize >= 1 && slateSize <= items / 10, "slateSize up to items / 10", slateSize);
    require(contentDim >= 0 && contentDim <= 4096, "contentDim from 0 to 4096", contentDim);
    require(coldShare >= 0 && coldShare <= 0.9, "coldShare from 0 to 0.9", coldShare);
  }

  /** 2,000 users, 2,000 items, some 400,000 impressions. */
  public static SimulatorConfig defaults() {
    return of(2_000, 2_000, 7);
  }

  /** This many users and items, all else by default. */
  public static SimulatorConfig of(int users, int items, long seed) {
    return new SimulatorConfig(users, items, 20, Math.min(10, items / 10), 16, 0.1, seed);
  }

  private static void require(boolean holds, String expected, Number found) {
    if (!holds) {
      throw new IllegalArgumentException(expected + " expected, got " + found);
    }
  }
}
