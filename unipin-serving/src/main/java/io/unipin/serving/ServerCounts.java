package io.unipin.serving;

import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.counts.CountsStatus;
import io.unipin.serving.metrics.CountsMeters;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.settings.ServerConfig;
import java.util.List;
import java.util.Optional;

/** Makes the part of a server that replaces tables of counts. */
final class ServerCounts {
  private static final double MS_PER_SECOND = 1000;

  private ServerCounts() {}

  /**
   * Returns the part that replaces the tables of counts of bundles, and registers its metrics.
   *
   * @param own holder of the server's own bundle
   * @param others holders of the bundles of the arms and of the shadow
   */
  static CountsReloads of(
      ServerConfig config, BundleHolder own, List<BundleHolder> others, ServingMetrics metrics) {
    CountsReloads counts = new CountsReloads(config.counts(), config.countsFolder(), own, others);
    metrics
        .counts()
        .watch(() -> figures(counts.status(), config.counts().isReloadable(), counts.maxBytes()));
    return counts;
  }

  private static CountsMeters.Figures figures(
      Optional<CountsStatus> status, boolean reloadable, long maxBytes) {
    return new CountsMeters.Figures(
        status.map(ServerCounts::ageSeconds).orElse(0.0),
        reloadable ? 1 : 0,
        status.map(CountsStatus::bytes).orElse(0L),
        maxBytes);
  }

  /** Returns the age of the tables in seconds; 0 if they were counted from a log without times. */
  private static double ageSeconds(CountsStatus tables) {
    long untilMs = tables.until().toEpochMilli();
    return untilMs == 0 ? 0 : (System.currentTimeMillis() - untilMs) / MS_PER_SECOND;
  }
}
