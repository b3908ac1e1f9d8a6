package io.unipin.serving.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.ann.LiveIndexStatus;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvDeparture;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvTierStats;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServingMetricsTest {
  @Test
  void sample_processThatComputes_showsItsProcessorTime() {
    ServingMetrics metrics = new ServingMetrics();
    double before = figure(metrics, "cpuNanos");
    assertThat(figure(metrics, "cores")).isEqualTo(Runtime.getRuntime().availableProcessors());
    long sum = 0;
    do {
      for (int i = 0; i < 10_000_000; i++) {
        sum += Integer.bitCount(i);
      }
    } while (figure(metrics, "cpuNanos") <= before);
    assertThat(sum).isPositive();
    assertThat(figure(metrics, "uptimeSeconds")).isPositive();
  }

  /**
   * After the garbage collection, only the meters themselves can hold the sources of their values.
   */
  @Test
  void meters_afterACollection_allGoOnCounting() {
    AtomicLong source = new AtomicLong(1);
    ServingMetrics metrics = new ServingMetrics();
    WeakReference<Object> last = watch(metrics, source);
    Map<String, Double> before = meters(metrics);
    while (last.get() != null) {
      System.gc();
    }
    System.gc();
    source.set(1000);
    metrics.connectionCut();
    JsonMeters.CAUSES.forEach(metrics.json()::cut);
    metrics.items().searchable(1000);
    metrics.impressions().explored(1);
    List.of("first", "other", "anything else").forEach(metrics.routes()::routed);
    move(metrics.kafka());
    Stream.of(CountsMeters.Outcome.values()).forEach(metrics.counts()::reloaded);
    Map<String, Double> after = meters(metrics);
    assertThat(after.keySet()).containsAll(before.keySet());
    before.values().removeIf(value -> value.isNaN());
    assertThat(before.keySet())
        .noneMatch(name -> Double.isNaN(after.getOrDefault(name, Double.NaN)));
    List<String> ours =
        after.keySet().stream()
            .filter(name -> name.startsWith("unipin_"))
            // this metric is a setting and never changes
            .filter(name -> !name.equals("unipin_receiving_limit"))
            .toList();
    assertThat(ours).hasSizeGreaterThan(20);
    assertThat(ours)
        .allSatisfy(name -> assertThat(after.get(name)).as(name).isGreaterThan(before.get(name)));
    metrics.close();
  }

  private static void move(KafkaMeters kafka) {
    List.of("taken", "retried", "dead_letter", "erased")
        .forEach(outcome -> kafka.record("actions", outcome));
    List.of("taken", "refused").forEach(outcome -> kafka.record("items", outcome));
    kafka.record("impressions", "taken");
    List.of("refused", "missed").forEach(outcome -> kafka.records("impressions", outcome, 2));
    List.of("taken", "refused").forEach(outcome -> kafka.record("erasures", outcome));
    for (String use : List.of("actions", "items", "impressions", "erasures")) {
      kafka.lag(use, 3);
      kafka.paused(use, 1);
      kafka.away(use, true);
    }
    for (String use : List.of("served", "exposures")) {
      kafka.sent(use, 1);
      kafka.dropped(use, 1);
      kafka.spooled(use, 1);
      kafka.spoolLimit(use, 1);
      kafka.away(use, true);
    }
  }

  /**
   * Registers the sources of all meters. Returns a weak reference that becomes empty once the
   * garbage collector has run.
   */
  private static WeakReference<Object> watch(ServingMetrics metrics, AtomicLong source) {
    metrics.watchServedLog(() -> source.get());
    metrics.watchAudit(() -> source.get());
    metrics.watchExposures(() -> source.get());
    metrics.admission().watch(() -> (int) source.get(), () -> (int) source.get());
    metrics.watchReceiving(() -> source.get(), 1);
    metrics.watchCache(() -> stats(source.get()));
    metrics.watchCacheTier(() -> tier(source.get()));
    metrics.watchHistories(() -> reads(source.get()));
    metrics.watchBreaker("b", () -> breaker(source.get()));
    metrics.watchFleet(() -> fleet(source.get()));
    metrics.watchIndex(() -> index(source.get()));
    metrics.json().watch(() -> (int) source.get());
    metrics.items().watch(() -> items(source.get()));
    metrics.impressions().watch(() -> impressions(source.get()));
    metrics.counts().watch(() -> counts(source.get()));
    return new WeakReference<>(new Object());
  }

  private static KvCacheStats stats(long v) {
    Map<KvReason, Long> reasons =
        Stream.of(KvReason.values()).collect(Collectors.toMap(reason -> reason, reason -> v));
    Map<KvDeparture, Long> departures =
        Stream.of(KvDeparture.values()).collect(Collectors.toMap(cause -> cause, cause -> v));
    return new KvCacheStats(v, v, v, v, v, reasons, v, departures, v);
  }

  private static KvTierStats tier(long v) {
    Map<KvTierLookup, Long> lookups =
        Stream.of(KvTierLookup.values()).collect(Collectors.toMap(lookup -> lookup, lookup -> v));
    Map<KvTierDrop, Long> drops =
        Stream.of(KvTierDrop.values()).collect(Collectors.toMap(cause -> cause, cause -> v));
    KvTier.Space space = new KvTier.Space(v, v, v, v);
    return new KvTierStats("file", v > 1, space, new KvTierStats.Bytes(v, v, v), lookups, drops);
  }

  private static HistoryMeters.Figures reads(long v) {
    return new HistoryMeters.Figures(v, v, v, v, v);
  }

  private static BreakerMeters.Figures breaker(long v) {
    return new BreakerMeters.Figures(v > 1, v, v);
  }

  private static FleetMeters.Figures fleet(long v) {
    return new FleetMeters.Figures(v, v, v, v, v, v);
  }

  private static CountsMeters.Figures counts(long v) {
    return new CountsMeters.Figures(v, (int) v, v, v);
  }

  private static ItemMeters.Figures items(long v) {
    return new ItemMeters.Figures(v, v, v, v, v);
  }

  private static ImpressionMeters.Figures impressions(long v) {
    return new ImpressionMeters.Figures(v, v, v, v);
  }

  private static LiveIndexStatus index(long v) {
    int count = (int) v;
    return new LiveIndexStatus(v, count, count, count, false, v, v);
  }

  /** Returns the values of all meters by name. */
  private static Map<String, Double> meters(ServingMetrics metrics) {
    Map<String, Double> meters = new TreeMap<>();
    metrics
        .scrape()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int end = line.lastIndexOf(' ');
              meters.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
            });
    return meters;
  }

  @Test
  void scrape_everyMeterOfOurs_hasAHelpText() {
    ServingMetrics metrics = new ServingMetrics();
    watch(metrics, new AtomicLong());
    metrics.expect("default", List.of("step"));
    metrics.recorded("recorded", 1);
    metrics.retracted("retracted", 1);
    metrics.shadow().failed("internal");
    assertThat(metrics.scrape().lines().filter(line -> line.startsWith("# HELP unipin_")))
        .hasSizeGreaterThan(20)
        .allMatch(line -> line.split(" ", 4).length == 4 && !line.split(" ", 4)[3].isBlank());
    metrics.close();
  }

  private static double figure(ServingMetrics metrics, String name) {
    return Objects.requireNonNull(metrics.sample(0).gauges().get(name));
  }
}
