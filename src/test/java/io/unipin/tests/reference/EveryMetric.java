package io.unipin.tests.reference;

import io.unipin.ann.LiveIndexStatus;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvDeparture;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvTierStats;
import io.unipin.serving.items.Outcome;
import io.unipin.serving.metrics.BreakerMeters;
import io.unipin.serving.metrics.CountsMeters;
import io.unipin.serving.metrics.FleetMeters;
import io.unipin.serving.metrics.HistoryMeters;
import io.unipin.serving.metrics.ImpressionMeters;
import io.unipin.serving.metrics.ItemMeters;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.request.Stage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Registers each metric of a server once, so that the metrics can be listed. */
final class EveryMetric {
  /** The value of a label whose values depend on the configuration or on calls. */
  static final String ANY = "any";

  private static final double WHOLE = 1;

  private EveryMetric() {}

  /** Returns the metrics in Prometheus' text format. */
  static String scrape() {
    try (ServingMetrics metrics = new ServingMetrics()) {
      calls(metrics);
      state(metrics);
      stores(metrics);
      return metrics.scrape();
    }
  }

  private static void calls(ServingMetrics metrics) {
    metrics.request(ANY, ANY, 1);
    metrics.expect(ANY, Recommender.DEGRADATIONS);
    for (KvOutcome outcome : KvOutcome.values()) {
      String cache = label(outcome);
      metrics.answered(ANY, ANY, cache, 1);
      metrics.read(cache, 1, 1);
      metrics.arm(ANY, ANY, cache, 1);
      metrics.shadow().answered(cache, 1, WHOLE);
      for (Stage stage : Stage.values()) {
        metrics.stage(stage.label(), ANY, cache, 1);
      }
    }
    metrics.shadow().failed(ANY);
    metrics.recorded(ANY, 1);
    metrics.retracted(ANY, 1);
    metrics.connectionCut();
    metrics.json().refused(0);
    metrics.json().watch(() -> 0);
    metrics.admission().watch(() -> 0, () -> 0);
    metrics.admission().waited(ANY, 1);
    metrics.watchReceiving(() -> 0, 0);
  }

  private static void state(ServingMetrics metrics) {
    metrics.serving(ANY, ANY, ANY);
    metrics.watchIndex(() -> new LiveIndexStatus(0, 0, 0, 0, false, 0, 0));
    metrics.items().expect(Stream.of(Outcome.values()).map(EveryMetric::label).toList());
    metrics.items().watch(() -> new ItemMeters.Figures(0, 0, 0, 0, 0));
    metrics.counts().watch(() -> new CountsMeters.Figures(0, 0, 0, 0));
    metrics.impressions().watch(() -> new ImpressionMeters.Figures(0, 0, 0, 0));
    metrics.watchFleet(() -> new FleetMeters.Figures(0, 0, 0, 0, 0, 0));
    KvCacheStats cache =
        new KvCacheStats(
            0, 0, 0, 0, 0, zeros(KvReason.values()), 0, zeros(KvDeparture.values()), 0);
    metrics.watchCache(() -> cache);
    for (String tier : List.of("file", "redis")) {
      KvTierStats stats =
          new KvTierStats(
              tier,
              true,
              new KvTier.Space(0, 0, 0, 0),
              new KvTierStats.Bytes(0, 0, 0),
              zeros(KvTierLookup.values()),
              zeros(KvTierDrop.values()));
      metrics.watchCacheTier(() -> stats);
    }
  }

  private static void stores(ServingMetrics metrics) {
    metrics.watchHistories(() -> new HistoryMeters.Figures(0, 0, 0, 0, 0));
    metrics.watchExposures(() -> 0);
    metrics.watchServedLog(() -> 0);
    metrics.watchAudit(() -> 0);
    metrics.watchBreaker(ANY, () -> new BreakerMeters.Figures(false, 0, 0));
  }

  private static <T extends Enum<T>> Map<T, Long> zeros(T[] values) {
    return Stream.of(values).collect(Collectors.toMap(Function.identity(), value -> 0L));
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
