package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The metrics of topics in Kafka. The tag {@code use} names the purpose of a topic, such as
 * {@code actions}. It is not the topic's name. Without Kafka, all of these metrics stay 0.
 * Thread-safe.
 */
public final class KafkaMeters {
  private final MeterRegistry registry;
  private final Map<String, AtomicLong> gauges = new ConcurrentHashMap<>();

  KafkaMeters(MeterRegistry registry) {
    this.registry = registry;
    read("actions", "taken", "retried", "dead_letter", "erased");
    read("items", "taken", "refused");
    read("impressions", "taken", "refused", "missed");
    read("erasures", "taken", "refused");
    write("served");
    write("exposures");
  }

  private void write(String use) {
    sent(use, 0);
    dropped(use, 0);
    spooled(use, 0);
    spoolLimit(use, 0);
    away(use, false);
  }

  private void read(String use, String... outcomes) {
    for (String outcome : outcomes) {
      counter(use, outcome);
    }
    lag(use, 0);
    paused(use, 0);
    away(use, false);
  }

  /** Counts a record that was read, by its outcome. */
  public void record(String use, String outcome) {
    records(use, outcome, 1);
  }

  /** Counts records that were read and had the same outcome. */
  public void records(String use, String outcome, long records) {
    counter(use, outcome).increment((double) records);
  }

  private Counter counter(String use, String outcome) {
    return Counter.builder("unipin.kafka.records")
        .description("Records read from Kafka, by what became of them")
        .tags("use", use, "outcome", outcome)
        .register(registry);
  }

  /** Counts records that Kafka has confirmed. */
  public void sent(String use, long records) {
    count("unipin.kafka.sent", "Records that Kafka has confirmed", use, records);
  }

  /** Counts entries of a log that are lost, because Kafka was unavailable for too long. */
  public void dropped(String use, long entries) {
    count(
        "unipin.kafka.dropped",
        "Entries of logs that are lost, because no more of them could wait for Kafka",
        use,
        entries);
  }

  /** Sets the bytes of a log's entries that wait on the disk. */
  public void spooled(String use, long bytes) {
    set("unipin.kafka.spool.bytes", "Bytes on the disk that wait for Kafka", use, bytes);
  }

  /** Sets the bytes that may wait on the disk; 0 if a log goes to no topic. */
  public void spoolLimit(String use, long bytes) {
    set("unipin.kafka.spool.limit", "Bytes on the disk that may wait for Kafka", use, bytes);
  }

  /** Sets the number of records in Kafka that this server has not processed yet. */
  public void lag(String use, long records) {
    set("unipin.kafka.lag", "Records in Kafka that this server has yet to take", use, records);
  }

  /** Sets how many partitions wait because their next record can't be processed now. */
  public void paused(String use, int partitions) {
    set(
        "unipin.kafka.paused",
        "Partitions that wait because their next record can't be taken now",
        use,
        partitions);
  }

  /** Sets whether Kafka has recently failed to answer. */
  public void away(String use, boolean away) {
    set("unipin.kafka.away", "1 while Kafka does not answer", use, away ? 1 : 0);
  }

  private void count(String name, String description, String use, long number) {
    Counter.builder(name)
        .description(description)
        .tags("use", use)
        .register(registry)
        .increment((double) number);
  }

  private void set(String name, String description, String use, long value) {
    gauges.computeIfAbsent(name + " " + use, unused -> gauge(name, description, use)).set(value);
  }

  private AtomicLong gauge(String name, String description, String use) {
    AtomicLong value = new AtomicLong();
    Gauge.builder(name, value::get).description(description).tags("use", use).register(registry);
    return value;
  }
}
