package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Reads samples for the console from the registry of metrics. Thread-safe. */
final class LiveReadings {
  private static final Map<String, String> GAUGES =
      Map.of(
          "waiting", "unipin.queue",
          "limit", "unipin.admission.limit",
          "cacheUsed", "unipin.cache.used",
          "cacheBudget", "unipin.cache.budget",
          "cacheUsers", "unipin.cache.entries",
          "leases", "unipin.cache.leases",
          "cpuNanos", "process.cpu.time", // process.cpu.usage is 0 on some virtual machines
          "cores", "system.cpu.count",
          "uptimeSeconds", "process.uptime");

  private final MeterRegistry registry;

  LiveReadings(MeterRegistry registry) {
    this.registry = registry;
  }

  LiveSample sample(long timeMs) {
    Map<String, Double> gauges = new TreeMap<>();
    GAUGES.forEach((name, meter) -> gauges.put(name, gauge(meter)));
    gauges.put("heap", sum(registry.find("jvm.memory.used").tag("area", "heap").gauges()));
    return new LiveSample(
        timeMs,
        by("status", registry.find("unipin.requests").timers(), Timer::count),
        pages(),
        by("arm", registry.find("unipin.answers").timers(), Timer::count),
        by(
            "outcome",
            registry.find("unipin.cache.lookups").functionCounters(),
            FunctionCounter::count),
        by(
            "stage",
            registry.find("unipin.stages").timers(),
            timer -> timer.totalTime(TimeUnit.SECONDS)),
        registry.find("unipin.answers").timers().stream().mapToDouble(Timer::count).sum(),
        registry.find("unipin.degradations").counters().stream().mapToDouble(Counter::count).sum(),
        gauges);
  }

  private double gauge(String name) {
    for (Meter meter : registry.find(name).meters()) {
      for (Measurement measurement : meter.measure()) {
        if (Double.isFinite(measurement.getValue())) {
          return measurement.getValue();
        }
      }
    }
    return 0;
  }

  private static double sum(Iterable<Gauge> gauges) {
    double sum = 0;
    for (Gauge gauge : gauges) {
      sum += gauge.value();
    }
    return sum;
  }

  private static <T extends Meter> Map<String, Double> by(
      String tag, Iterable<T> meters, ToDoubleFunction<T> value) {
    Map<String, Double> values = new TreeMap<>();
    for (T meter : meters) {
      values.merge(
          String.valueOf(meter.getId().getTag(tag)), value.applyAsDouble(meter), Double::sum);
    }
    return values;
  }

  private Map<String, Double> pages() {
    Map<String, Double> counts = new LinkedHashMap<>();
    Timer timer =
        registry.find("unipin.requests").tags("rpc", "RetrieveAndRank", "status", "OK").timer();
    if (timer != null) {
      for (CountAtBucket bucket : timer.takeSnapshot().histogramCounts()) {
        double bound = bucket.bucket(TimeUnit.MILLISECONDS);
        counts.put(bound > 1e9 ? "+Inf" : String.valueOf(bound), bucket.count());
      }
      counts.put("+Inf", (double) timer.count());
    }
    return counts;
  }
}
