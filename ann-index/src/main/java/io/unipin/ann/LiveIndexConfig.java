package io.unipin.ann;

import java.time.Duration;

/**
 * The settings of a {@link LiveIndex}.
 *
 * @param factory kind of the main index after a rebuild, or {@code exact}
 * @param rebuildAfter changes since the last rebuild that start the next one, as a share of the
 *     items. At least 1,000 changes are needed.
 * @param watchEvery shortest time between two live queries that are compared with exact search.
 *     Zero turns the comparison off.
 */
public record LiveIndexConfig(
    String factory, FaissBuild build, double rebuildAfter, Duration watchEvery) {

  /** The factory name of the main index in plain Java. */
  public static final String EXACT = "exact";

  public LiveIndexConfig {
    if (!(rebuildAfter > 0 && rebuildAfter <= 1)) {
      throw new IllegalArgumentException(
          "rebuildAfter above 0 and up to 1 expected, got " + rebuildAfter);
    }
    if (watchEvery.isNegative()) {
      throw new IllegalArgumentException("watchEvery of at least 0 expected, got " + watchEvery);
    }
  }

  /**
   * Returns settings with a rebuild after changes of a twentieth of the items, and with one watched
   * query per second.
   */
  public static LiveIndexConfig of(String factory) {
    return new LiveIndexConfig(factory, FaissBuild.DEFAULT, 0.05, Duration.ofSeconds(1));
  }
}
