package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvTierStats;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The metrics of one tier below the user KV cache. */
final class TierMeters {
  private final Supplier<KvTierStats> stats;
  private final MeterRegistry registry;
  private final HeldCounters counters;
  private final Tags tags;

  TierMeters(Supplier<KvTierStats> stats, MeterRegistry registry, HeldCounters counters) {
    this.stats = stats;
    this.registry = registry;
    this.counters = counters;
    tags = Tags.of("tier", stats.get().name());
  }

  void register() {
    gauge("on", "0 after a failed write, until a write succeeds", tier -> tier.on() ? 1 : 0);
    gauge("limit", "Bytes that users' rows may take", tier -> tier.space().limitBytes());
    gauge("used", "Bytes of users' rows", tier -> tier.space().usedBytes());
    gauge("entries", "Users in the tier, per model", tier -> tier.space().entries());
    gauge("queued", "Bytes that wait to be written", tier -> tier.bytes().queued());
    counter("written", "Bytes written", tags, tier -> tier.bytes().written());
    counter("reloaded", "Bytes read for requests", tags, tier -> tier.bytes().reloaded());
    counter(
        "failures",
        "Chunks that were read and failed verification",
        tags,
        tier -> tier.space().failures());
    for (KvTierLookup lookup : KvTierLookup.values()) {
      counter(
          "lookups",
          "Look-ups of requests, by what they led to",
          tags("result", lookup),
          tier -> tier.counted(lookup));
    }
    for (KvTierDrop cause : KvTierDrop.values()) {
      counter(
          "drops",
          "Users whose rows were not written, by cause",
          tags("cause", cause),
          tier -> tier.counted(cause));
    }
  }

  private Tags tags(String key, Enum<?> value) {
    return tags.and(key, value.name().toLowerCase(Locale.ROOT));
  }

  private void gauge(String name, String description, ToDoubleFunction<KvTierStats> value) {
    Gauge.builder("unipin.cache.tier." + name, () -> value.applyAsDouble(stats.get()))
        .description("Tier below the cache: " + description)
        .tags(tags)
        .register(registry);
  }

  private void counter(
      String name, String description, Tags all, ToLongFunction<KvTierStats> value) {
    counters.add(
        "unipin.cache.tier." + name,
        "Tier below the cache: " + description,
        all,
        () -> value.applyAsLong(stats.get()));
  }
}
