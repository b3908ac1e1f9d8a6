package io.unipin.ann;

import java.time.Duration;

/**
 * The settings of a {@link LiveIndex}.
 *
 * @param factory factory string of the main index after a rebuild, or {@code exact} for the index
 *     in plain Java
 * @param rebuildAfter number of changes after which the next rebuild starts, as a share of the
 *     number of items. A rebuild starts after 1,000 changes at the earliest.
 * @param watchEvery shortest time between two comparisons of a live query with exact search. Zero
 *     turns the comparisons off.
 */
public record LiveIndexConfig(
    String factory, FaissBuild build, double rebuildAfter, Duration watchEvery) {

  /** The value of {@code factory} for a main index in plain Java, an {@link ExactIndex}. */
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
   * Returns settings for a rebuild after changes to a twentieth of the items. One query per second
   * is compared with exact search. A rebuild yields to all other threads.
   */
  public static LiveIndexConfig of(String factory) {
    return new LiveIndexConfig(factory, FaissBuild.BESIDE_OTHERS, 0.05, Duration.ofSeconds(1));
  }
}
