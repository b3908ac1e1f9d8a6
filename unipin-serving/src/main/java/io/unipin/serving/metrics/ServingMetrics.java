package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvTierStats;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The metrics of the server. The classes of this package whose names end in Meters hold them, by
 * subject.
 *
 * <p>Each tag has a bounded number of values, which are fixed by the code, by enums, by the
 * configuration (such as experiment and arm) or by the loaded bundles. No tag names a user or an
 * item. Thread-safe.
 */
public final class ServingMetrics implements AutoCloseable {
  static final Duration[] LATENCY_BUCKETS =
      List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000).stream()
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final String DEGRADATIONS = "unipin.degradations";
  private static final double[] ACTION_BUCKETS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final HeldCounters counters = new HeldCounters(registry);

  private final LiveReadings readings = new LiveReadings(registry);
  private final AdmissionMeters admission = new AdmissionMeters(registry);
  private final ItemMeters items = new ItemMeters(registry);
  private final CountsMeters counts = new CountsMeters(registry);
  private final ImpressionMeters impressions = new ImpressionMeters(registry, counters);
  private final KafkaMeters kafka = new KafkaMeters(registry);
  private final JsonMeters json = new JsonMeters(registry);
  private final RouteMeters routes = new RouteMeters(registry);
  private final ShadowMeters shadow = new ShadowMeters(registry);
  private final MultiGauge bundle =
      MultiGauge.builder("unipin.bundle").description("1 for what serves").register(registry);

  private final Counter connectionsCut =
      Counter.builder("unipin.connections.cut")
          .description("Connections closed because their client cancelled too many calls")
          .register(registry);

  public ServingMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /**
   * Registers the counters of an arm with value 0. So Prometheus sees the first increment as an
   * increase.
   */
  public void expect(String arm, List<String> degradations) {
    degradations.forEach(step -> degradations(step, arm));
  }

  /** Counts a finished call. The status is {@code OK} or the name of the gRPC status. */
  public void request(String rpc, String status, long nanos) {
    Timer.builder("unipin.requests")
        .description("Calls by outcome, with the wait for a worker")
        .tags("rpc", rpc, "status", status)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /**
   * Counts an answer of the pipeline by the outcome of its cache look-up. {@code nanos} is the time
   * of the whole call.
   */
  public void answered(String rpc, String arm, String cache, long nanos) {
    Timer.builder("unipin.answers")
        .description("Answers by arm and cache outcome, with the wait for a worker")
        .tags("rpc", rpc, "arm", arm, "cache", cache)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /**
   * Counts the actions that the model read from a history, and the actions that had to be encoded
   * for the request.
   */
  public void read(String cache, int historyActions, int encodedActions) {
    actions("unipin.history.actions", "Actions that the model read, per answer", cache)
        .record(historyActions);
    actions("unipin.encoded.actions", "Actions that were encoded, per answer", cache)
        .record(encodedActions);
  }

  private DistributionSummary actions(String name, String description, String cache) {
    return DistributionSummary.builder(name)
        .description(description)
        .tags("cache", cache)
        .serviceLevelObjectives(ACTION_BUCKETS)
        .register(registry);
  }

  public void stage(String stage, String arm, String cache, long nanos) {
    Timer.builder("unipin.stages")
        .description("Time in each stage of the pipeline")
        .tags("stage", stage, "arm", arm, "cache", cache)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /**
   * Counts an answer to a user of an experiment's arm. {@code cache} is the outcome of the cache
   * look-up.
   */
  public void arm(String experiment, String arm, String cache, long nanos) {
    Timer.builder("unipin.arms")
        .description("Answers by experiment and arm, without the wait for a worker")
        .tags("experiment", experiment, "arm", arm, "cache", cache)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  public void watchExposures(LongSupplier dropped) {
    counters.add(
        "unipin.exposures.dropped",
        "Exposures dropped because the queue was full or the disk failed",
        Tags.empty(),
        dropped);
  }

  public void degraded(String step, String arm) {
    degradations(step, arm).increment();
  }

  private Counter degradations(String step, String arm) {
    return Counter.builder(DEGRADATIONS)
        .description("Answers that got less than was asked for, by step")
        .tags("step", step, "arm", arm)
        .register(registry);
  }

  /** Counts the actions that were sent for recording, by outcome. */
  public void recorded(String outcome, int count) {
    Counter.builder("unipin.actions")
        .description("Events of RecordActions, by what became of them")
        .tags("outcome", outcome)
        .register(registry)
        .increment(count);
  }

  /** Counts retractions by outcome. */
  public void retracted(String outcome, int count) {
    Counter.builder("unipin.retractions")
        .description("Events of RetractActions, by what became of them")
        .tags("outcome", outcome)
        .register(registry)
        .increment(count);
  }

  /** Sets the bundle, its index and the model's engine that serve from now on. */
  public void serving(String name, String index, String engine) {
    Tags tags = Tags.of("bundle", name, "index", index, "engine", engine);
    bundle.register(List.of(MultiGauge.Row.of(tags, 1)), true);
  }

  /** Returns the metrics of calls that wait for a worker. */
  public AdmissionMeters admission() {
    return admission;
  }

  /** Counts a connection that was closed because its client cancelled too many calls. */
  public void connectionCut() {
    connectionsCut.increment();
  }

  /** Registers gauges for the bytes of requests on all connections and for their bound. */
  public void watchReceiving(LongSupplier used, long most) {
    Gauge.builder("unipin.receiving.bytes", used::getAsLong)
        .description("Bytes of requests that are being received, read or answered")
        .register(registry);
    Gauge.builder("unipin.receiving.limit", () -> most)
        .description("Bytes that they may take before some are refused")
        .register(registry);
  }

  /** Registers gauges for the size and the quality of the index; NaN while no bundle serves. */
  public void watchIndex(Supplier<LiveIndexStatus> status) {
    IndexMeters.register(registry, status);
  }

  /** Returns the metrics of items that callers put. */
  public ItemMeters items() {
    return items;
  }

  /** Returns the metrics of the tables of counts. */
  public CountsMeters counts() {
    return counts;
  }

  /** Returns the metrics of counted and explored impressions. */
  public ImpressionMeters impressions() {
    return impressions;
  }

  /** Returns the metrics of topics in Kafka. */
  public KafkaMeters kafka() {
    return kafka;
  }

  /** Returns the metrics of the ports for HTTP with JSON. */
  public JsonMeters json() {
    return json;
  }

  /** Returns the counters of callers' choices of this replica. */
  public RouteMeters routes() {
    return routes;
  }

  /** Registers the metrics of a breaker. */
  public void watchBreaker(String name, Supplier<BreakerMeters.Figures> figures) {
    BreakerMeters.register(registry, counters, name, figures);
  }

  /** Returns the metrics of the shadow. */
  public ShadowMeters shadow() {
    return shadow;
  }

  /** Registers a counter of audit entries that could not be written to a file. */
  public void watchAudit(LongSupplier lost) {
    counters.add(
        "unipin.audit.lost",
        "Entries of the audit log that could not be written to its files",
        Tags.empty(),
        lost);
  }

  public void watchServedLog(LongSupplier dropped) {
    counters.add(
        "unipin.served.dropped",
        "Log entries dropped because the queue was full or the disk failed",
        Tags.empty(),
        dropped);
  }

  /** Registers the counters of reads of histories. */
  public void watchHistories(Supplier<HistoryMeters.Figures> figures) {
    HistoryMeters.register(counters, figures);
  }

  /** Registers gauges of the fleet's replicas. */
  public void watchFleet(Supplier<FleetMeters.Figures> figures) {
    FleetMeters.register(registry, figures);
  }

  public void watchCache(Supplier<KvCacheStats> stats) {
    new CacheMeters(stats, registry, counters).register();
  }

  public void watchCacheTier(Supplier<KvTierStats> stats) {
    new TierMeters(stats, registry, counters).register();
  }

  /** Returns the current figures that the console shows. */
  public LiveSample sample(long nowMs) {
    return readings.sample(nowMs);
  }

  /** Returns all metrics in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
