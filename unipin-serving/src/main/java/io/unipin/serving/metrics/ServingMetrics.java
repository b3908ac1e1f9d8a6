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
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * All metrics of the server: every name, and every tag with its values, stands here.
 *
 * <p>Tags are bounded: rpc, stage and step by the code, status, cache and outcome by enums, experiment and arm by the configuration, bundle
 * and index by what is loaded; never a user or an item. Thread-safe.
 */
public final class ServingMetrics implements AutoCloseable {
  private static final Duration[] LATENCY_BUCKETS =
      List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000).stream()
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final String DEGRADATIONS = "unipin.degradations";
  private static final double[] ACTION_BUCKETS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final HeldCounters counters = new HeldCounters(registry);

  private final LiveReadings readings = new LiveReadings(registry);
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

  /** Shows counters of an arm at 0, so that their first increment is seen as one. */
  public void expect(String arm, List<String> degradations) {
    degradations.forEach(step -> degradations(step, arm));
  }

  /** A finished call; the status is {@code OK} or the name of the gRPC status. */
  public void request(String rpc, String status, long nanos) {
    Timer.builder("unipin.requests")
        .description("Calls by outcome, with the wait for a worker")
        .tags("rpc", rpc, "status", status)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** An answer of the pipeline, by what the cache had of the user; the time is that of the call. */
  public void answered(String rpc, String arm, String cache, long nanos) {
    Timer.builder("unipin.answers")
        .description("Answers by arm and cache outcome, with the wait for a worker")
        .tags("rpc", rpc, "arm", arm, "cache", cache)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** What the model read of a history, and how much of that had to be encoded for the request. */
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

  /** An answer to a user of an experiment's arm; cache is what it had of the user. */
  public void arm(String experiment, String arm, String cache, long nanos) {
    Timer.builder("unipin.arms")
        .description("Answers by experiment and arm, without the wait for a worker")
        .tags("experiment", experiment, "arm", arm, "cache", cache)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** The shadow answered a copy; overlap is the part of the live page that it would have shown, too. */
  public void shadowed(String cache, long nanos, double overlap) {
    Timer.builder("unipin.shadow")
        .description("Copies answered by the shadow, without the wait for a worker")
        .tags("cache", cache)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
    DistributionSummary.builder("unipin.shadow.overlap")
        .description("Part of the live page that the shadow would have shown, too")
        .serviceLevelObjectives(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
        .register(registry)
        .record(overlap);
  }

  /** A copy that the shadow did not answer. */
  public void shadowFailed(String reason) {
    Counter.builder("unipin.shadow.failures")
        .description("Copies that the shadow did not answer")
        .tags("reason", reason)
        .register(registry)
        .increment();
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

  /** What became of that many actions that were to be recorded. */
  public void recorded(String outcome, int count) {
    Counter.builder("unipin.actions")
        .description("Events of RecordActions, by what became of them")
        .tags("outcome", outcome)
        .register(registry)
        .increment(count);
  }

  /** What became of that many retractions. */
  public void retracted(String outcome, int count) {
    Counter.builder("unipin.retractions")
        .description("Events of RetractActions, by what became of them")
        .tags("outcome", outcome)
        .register(registry)
        .increment(count);
  }

  /** What serves from now on. */
  public void serving(String name, String index) {
    bundle.register(List.of(MultiGauge.Row.of(Tags.of("bundle", name, "index", index), 1)), true);
  }

  public void watchAdmission(IntSupplier waiting, IntSupplier limit) {
    Gauge.builder("unipin.queue", waiting::getAsInt)
        .description("Requests that wait for a worker")
        .register(registry);
    Gauge.builder("unipin.admission.limit", limit::getAsInt)
        .description("Requests that may be in the server, by the adaptive limit")
        .register(registry);
  }

  /** A connection was closed because its client cancelled too many calls. */
  public void connectionCut() {
    connectionsCut.increment();
  }

  /** Bytes of requests, of all connections, and their bound. */
  public void watchReceiving(LongSupplier used, long most) {
    Gauge.builder("unipin.receiving.bytes", used::getAsLong)
        .description("Bytes of requests that are being received, read or answered")
        .register(registry);
    Gauge.builder("unipin.receiving.limit", () -> most)
        .description("Bytes that they may take before some are refused")
        .register(registry);
  }

  /** What can be found and how well; NaN while nothing serves. */
  public void watchIndex(Supplier<LiveIndexStatus> status) {
    index("unipin.index.recall", "Recall of watched live queries", status, s -> s.recall());
    index("unipin.index.watched", "Live queries compared with exact", status, s -> s.watched());
    index("unipin.index.items", "Items that can be found", status, s -> s.size());
    index("unipin.index.delta", "Items outside of the main index", status, s -> s.delta());
    index("unipin.index.buried", "Dead items in the main index", status, s -> s.buried());
    index("unipin.index.generation", "Rebuilds of the index", status, s -> s.generation());
  }

  private void index(
      String name,
      String description,
      Supplier<LiveIndexStatus> status,
      ToDoubleFunction<LiveIndexStatus> value) {
    Gauge.builder(name, () -> value.applyAsDouble(status.get()))
        .description(description)
        .register(registry);
  }

  public void watchServedLog(LongSupplier dropped) {
    counters.add(
        "unipin.served.dropped",
        "Log entries dropped because the queue was full or the disk failed",
        Tags.empty(),
        dropped);
  }

  public void watchCache(Supplier<KvCacheStats> stats) {
    new CacheMeters(stats, registry, counters).register();
  }

  /** The figures that the console shows, now. */
  public LiveSample sample(long nowMs) {
    return readings.sample(nowMs);
  }

  /** All metrics in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
