package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvDeparture;
import io.unipin.kvcache.KvReason;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of the user KV cache. */
final class CacheMeters {
  private final Supplier<KvCacheStats> stats;
  private final MeterRegistry registry;
  private final HeldCounters counters;

  CacheMeters(Supplier<KvCacheStats> stats, MeterRegistry registry, HeldCounters counters) {
    this.stats = stats;
    this.registry = registry;
    this.counters = counters;
  }

  void register() {
    gauge("unipin.cache.budget", "Bytes that cached users may take", KvCacheStats::budgetBytes);
    gauge("unipin.cache.used", "Bytes of cached users", KvCacheStats::usedBytes);
    gauge("unipin.cache.leased", "Bytes in use by requests", KvCacheStats::leasedBytes);
    gauge("unipin.cache.leases", "Leases held by requests", KvCacheStats::leases);
    gauge("unipin.cache.entries", "Users in the cache", KvCacheStats::entries);
    gauge(
        "unipin.cache.lost",
        "Bytes that were free in too small pieces when a block was wanted, on average",
        KvCacheStats::lostBytes);
    for (KvDeparture cause : KvDeparture.values()) {
      counters.add(
          "unipin.cache.evictions",
          "Users who left the cache, by cause",
          tag("cause", cause),
          () -> stats.get().counted(cause));
    }
    counters.add(
        "unipin.cache.refreshes",
        "Cached users brought up to date ahead of any request",
        Tags.empty(),
        () -> stats.get().refreshes());
    for (KvReason reason : KvReason.values()) {
      counters.add(
          "unipin.cache.lookups",
          "Look-ups in the cache, by what they found",
          tag("outcome", reason.outcome()).and(tag("reason", reason)),
          () -> stats.get().counted(reason));
    }
  }

  private static Tags tag(String key, Enum<?> value) {
    return Tags.of(key, value.name().toLowerCase(Locale.ROOT));
  }

  private void gauge(String name, String description, ToDoubleFunction<KvCacheStats> value) {
    Gauge.builder(name, () -> value.applyAsDouble(stats.get()))
        .description(description)
        .register(registry);
  }
}
