package io.unipin.serving;

import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.audit.AuditLog;
import io.unipin.serving.experiment.Experiments;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.fleet.Fleet;
import io.unipin.serving.history.HistoryReads;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.items.ItemStore;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.metrics.BreakerMeters;
import io.unipin.serving.metrics.HistoryMeters;
import io.unipin.serving.metrics.ImpressionMeters;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.rpc.Telemetry;
import io.unipin.serving.security.SecretFile;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.serving.stores.HistoryStores;
import io.unipin.serving.threads.MemoryTrim;
import io.unipin.serving.tracing.Tracing;
import java.nio.file.Path;
import java.util.Optional;

/** The stores, logs, metrics and traces of a server. They are closed as parts of the server. */
record ServerStores(
    Telemetry telemetry,
    ServerTopics topics,
    Secrets secrets,
    Fleet fleet,
    HistoryStore histories,
    ItemStore items,
    ImpressionCounts impressions,
    UserKvCache cache,
    ServedLog servedLog,
    CacheMemory memory,
    Experiments experiments,
    ExposureLog exposures) {

  /** Opens the stores, with the cache in the memory of the engine's device. */
  static ServerStores open(ServerConfig config, OpenParts parts) {
    boolean pooled = !config.engine().device().isCpu();
    return open(config, new CacheMemory(config, pooled, parts), parts);
  }

  static ServerStores open(ServerConfig config, CacheMemory memory, OpenParts parts) {
    ServingMetrics metrics = parts.opened(new ServingMetrics());
    parts.opened(MemoryTrim.start());
    Tracing tracing = parts.opened(Tracing.start(config.tracing(), () -> ReplicaName.of(config)));
    metrics.expect(config.experiment().arm(), Recommender.DEGRADATIONS);
    ServerTopics topics = ServerTopics.connect(config.kafka(), metrics, tracing, parts);
    Optional<Secrets> shared = shared(config.security(), parts);
    HistoryStore histories = parts.opened(HistoryStores.open(config));
    metrics.watchHistories(() -> figures(histories.reads()));
    watchBreakers(histories, metrics);
    Secrets secrets = shared.orElseGet(() -> Secrets.own(histories.secret()));
    Fleet fleet = parts.opened(ServerFleet.open(config, topics, secrets));
    metrics.watchFleet(() -> ServerFleet.figures(fleet));
    AuditLog audit =
        parts.opened(
            AuditLog.open(
                config.audit(), config.auditFolder(), secrets, System::currentTimeMillis));
    metrics.watchAudit(audit::lost);
    ItemStore items = parts.opened(ItemStore.open(config.itemsFolder()));
    ImpressionCounts impressions = parts.opened(impressions(config));
    metrics.impressions().watch(() -> figures(impressions.figures()));
    topics.count(impressions, parts);
    ServedLog servedLog = parts.opened(ServedLog.open(config.servedLog(), topics.spools()));
    metrics.watchServedLog(servedLog::dropped);
    UserKvCache cache = parts.opened(ServerCache.open(config, histories, secrets, memory));
    metrics.watchCache(cache::stats);
    for (int tier = 0; tier < cache.tierStats().size(); tier++) {
      int place = tier;
      metrics.watchCacheTier(() -> cache.tierStats().get(place));
    }
    Experiments experiments = new Experiments(config.experiments());
    ExposureLog exposures =
        parts.opened(ExposureLog.open(experiments, config.exposureLog(), topics.spools()));
    metrics.watchExposures(exposures::dropped);
    return new ServerStores(
        new Telemetry(metrics, tracing, audit),
        topics,
        secrets,
        fleet,
        histories,
        items,
        impressions,
        cache,
        servedLog,
        memory,
        experiments,
        exposures);
  }

  private static ImpressionCounts impressions(ServerConfig config) {
    return config.explores()
        ? ImpressionCounts.open(
            config.impressionsFolder(),
            config.impressions().maxBytes().bytes(),
            config.kafka().topics().served())
        : ImpressionCounts.off();
  }

  private static void watchBreakers(HistoryStore histories, ServingMetrics metrics) {
    for (int i = 0; i < histories.breakers().size(); i++) {
      int place = i;
      metrics.watchBreaker(
          histories.breakers().get(place).name(), () -> figures(histories.breakers().get(place)));
    }
  }

  private static BreakerMeters.Figures figures(HistoryStore.Breaker of) {
    return new BreakerMeters.Figures(of.open(), of.opened(), of.refused());
  }

  private static HistoryMeters.Figures figures(HistoryReads of) {
    return new HistoryMeters.Figures(
        of.held(), of.fetched(), of.stale(), of.missing(), of.refused());
  }

  private static ImpressionMeters.Figures figures(ImpressionCounts.Figures of) {
    return new ImpressionMeters.Figures(of.bytes(), of.maxBytes(), of.counted(), of.uncounted());
  }

  /** Opens and returns the secrets of the fleet; empty when this server shares no secrets. */
  static Optional<Secrets> shared(SecurityConfig config, OpenParts parts) {
    return config.secretFile().isEmpty()
        ? Optional.empty()
        : Optional.of(
            parts.opened(SecretFile.watch(Path.of(config.secretFile()), config.reload())));
  }

  ServingMetrics metrics() {
    return telemetry.metrics();
  }
}
