package io.unipin.serving.kafka;

import io.unipin.serving.impressions.ShownPage;
import io.unipin.serving.impressions.TopicPages;
import io.unipin.serving.log.LoggedPage;
import io.unipin.serving.metrics.KafkaMeters;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the impressions of the served pages that a topic holds. Confined to one thread. */
final class PageFollower implements TopicFollower.Receiver {
  static final String USE = "impressions";

  private static final Logger logger = LoggerFactory.getLogger(PageFollower.class);
  private static final long WARN_EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  private final String topic;
  private final TopicPages pages;
  private final KafkaMeters meters;
  private long lastWarned = System.nanoTime() - WARN_EVERY_NANOS;

  PageFollower(String topic, TopicPages pages, KafkaMeters meters) {
    this.topic = topic;
    this.pages = pages;
    this.meters = meters;
  }

  /**
   * Returns the offsets at which {@link TopicPages} goes on, even after a restart of the server.
   */
  @Override
  public Map<TopicPartition, Long> next(TopicReader opened, Map<TopicPartition, Long> taken) {
    Map<TopicPartition, Long> next = new HashMap<>();
    pages
        .begin(opened.partitions().size())
        .forEach((partition, offset) -> next.put(new TopicPartition(topic, partition), offset));
    return next;
  }

  /** Leaves all records to {@link #follow}, because nobody waits for the counts. */
  @Override
  public void begin(TopicFollower.Beginning beginning) {}

  @Override
  public void follow(List<ConsumerRecord<byte[], byte[]>> records) {
    long refused = 0;
    long missed = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      ShownPage page = null;
      try {
        page = read(record).map(PageFollower::shown).orElse(null);
      } catch (IOException e) {
        refused++;
        warn(record);
      }
      missed += pages.take(record.partition(), record.offset(), page);
    }
    meters.records(USE, "taken", records.size() - refused);
    meters.records(USE, "refused", refused);
    meters.records(USE, "missed", missed);
  }

  private static Optional<LoggedPage> read(ConsumerRecord<byte[], byte[]> record)
      throws IOException {
    return record.value() == null ? Optional.empty() : LoggedPage.read(record.value());
  }

  private static ShownPage shown(LoggedPage page) {
    return new ShownPage(page.user(), page.request(), page.surface(), page.items());
  }

  private void warn(ConsumerRecord<byte[], byte[]> record) {
    long now = System.nanoTime();
    if (now - lastWarned >= WARN_EVERY_NANOS) {
      lastWarned = now;
      logger.warn(
          "offset {} of partition {} of the topic {}: an entry of the served log expected; it and"
              + " others like it are not counted",
          record.offset(),
          record.partition(),
          topic);
    }
  }
}
