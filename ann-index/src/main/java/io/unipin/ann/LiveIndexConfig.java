package io.unipin.ann;

import java.time.Duration;

/**
 * How a {@link LiveIndex} keeps itself.
 *
 * @param factory of the main index after a rebuild, or {@code exact}
 * @param rebuildAfter changes since the last rebuild that start the next one, as a share of the items; at least 1,000
 * @param watchEvery the least time between two live queries that are compared with exact search; zero compares none
 */
public record LiveIndexConfig(
    String factory, FaissBuild build, double rebuildAfter, Duration watchEvery) {

  /** Names the main index in plain Java. */
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

  /** A rebuild after changes of a twentieth, and one watched query per second. */
  public static LiveIndexConfig of(String factory) {
    return new LiveIndexConfig(factory, FaissBuild.DEFAULT, 0.05, Duration.ofSeconds(1));
  }
}
