package io.unipin.serving.kafka;

import io.unipin.serving.metrics.KafkaMeters;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, at intervals, the records that a consumer has not yet read from its partitions. The
 * counting also shows whether Kafka answers. Confined to one thread.
 */
final class LagWatch {
  private static final Logger logger = LoggerFactory.getLogger(LagWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final String use;
  private final String topic;
  private final KafkaMeters meters;
  private long last = System.nanoTime() - EVERY.toNanos();
  private boolean away;

  LagWatch(String use, String topic, KafkaMeters meters) {
    this.use = use;
    this.topic = topic;
    this.meters = meters;
  }

  /** Measures the lag if the last measurement is old enough. */
  void look(Consumer<?, ?> consumer) {
    if (System.nanoTime() - last < EVERY.toNanos()) {
      return;
    }
    try {
      if (consumer.assignment().isEmpty()) {
        consumer.partitionsFor(topic, PATIENCE); // shows whether Kafka answers
      }
      long lag = 0;
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment(), PATIENCE);
      for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
        lag += Math.max(0, end.getValue() - consumer.position(end.getKey(), PATIENCE));
      }
      meters.lag(use, lag);
      answered(true);
    } catch (RetriableException e) {
      answered(false);
    }
    last = System.nanoTime();
  }

  private void answered(boolean answered) {
    if (away == answered) {
      away = !answered;
      if (away) {
        logger.warn("Kafka does not answer; the {} topic is read again when it does", use);
      } else {
        logger.info("Kafka answers; the {} topic is read", use);
      }
    }
    meters.away(use, away);
  }
}
