package io.unipin.feedlog.simulator;

/**
 * The size of a simulated feed.
 *
 * @param users number of users, at least 1
 * @param items number of items, at least 50
 * @param meanViewsPerUser feedviews of an average user, at least 2
 * @param slateSize impressions per feedview, at most a tenth of the items
 * @param contentDim number of content values per item; 0 for items without content
 * @param coldShare share of the items that appear while the feed runs, below 1
 * @param seed seed of all random numbers; equal configurations give equal logs
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

  /** Returns a configuration with 2,000 users, 2,000 items and about 400,000 impressions. */
  public static SimulatorConfig defaults() {
    return of(2_000, 2_000, 7);
  }

  /**
   * Returns a configuration with the given numbers of users and items. All other sizes have their
   * default values.
   */
  public static SimulatorConfig of(int users, int items, long seed) {
    return new SimulatorConfig(users, items, 20, Math.min(10, items / 10), 16, 0.1, seed);
  }

  private static void require(boolean holds, String expected, Number found) {
    if (!holds) {
      throw new IllegalArgumentException(expected + " expected, got " + found);
    }
  }
}
