package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads a whole topic: all of its partitions, from their beginnings. Confined to one thread. */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** Number of polls without a record after which Kafka counts as unavailable. */
  private static final int IDLE_POLLS = 50;

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  private TopicReader(
      String topic, Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    this.topic = topic;
    this.consumer = consumer;
    this.partitions = partitions;
  }

  /** Takes the records of one partition in order. */
  @FunctionalInterface
  interface Receiver {
    void take(ConsumerRecord<byte[], byte[]> record);
  }

  /**
   * Opens a reader at the beginning of a topic.
   *
   * @throws ServingException UNAVAILABLE when Kafka does not answer or has no such topic
   */
  static TopicReader open(KafkaClients clients, String topic) {
    Consumer<byte[], byte[]> consumer = clients.alone();
    boolean opened = false;
    try {
      List<PartitionInfo> known = consumer.partitionsFor(topic);
      if (known == null || known.isEmpty()) {
        throw new ServingException(
            FailureKind.UNAVAILABLE, "the topic %s expected, Kafka has none".formatted(topic));
      }
      List<TopicPartition> partitions =
          known.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      opened = true;
      return new TopicReader(topic, consumer, partitions);
    } catch (KafkaException e) {
      throw away(topic, e);
    } finally {
      if (!opened) {
        consumer.close();
      }
    }
  }

  private static ServingException away(String topic, Throwable cause) {
    return new ServingException(
        FailureKind.UNAVAILABLE, "the topic %s can't be read now".formatted(topic), cause);
  }

  /**
   * Passes all records up to the current end of the topic to a receiver.
   *
   * @throws ServingException UNAVAILABLE when Kafka does not answer
   */
  void readToEnd(Receiver receiver) {
    try {
      Map<TopicPartition, Long> left = new HashMap<>(consumer.endOffsets(partitions));
      int idle = 0;
      while (!isReached(left)) {
        idle = poll(receiver) == 0 ? idle + 1 : 0;
        if (idle > IDLE_POLLS) {
          throw new ServingException(
              FailureKind.UNAVAILABLE, "the topic %s can't be read now".formatted(topic));
        }
      }
    } catch (KafkaException e) {
      throw away(topic, e);
    }
  }

  private boolean isReached(Map<TopicPartition, Long> ends) {
    ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    return ends.isEmpty();
  }

  /**
   * Passes the records that have arrived to a receiver. If there are none, first waits for some
   * time.
   *
   * @return number of records
   */
  int poll(Receiver receiver) {
    int[] count = {0};
    consumer
        .poll(POLL)
        .forEach(
            record -> {
              receiver.take(record);
              count[0]++;
            });
    return count[0];
  }

  List<TopicPartition> partitions() {
    return partitions;
  }

  /**
   * Whether the topic has more or fewer partitions than this reader reads, as far as the client
   * knows.
   */
  boolean isOutdated() {
    List<PartitionInfo> known = consumer.partitionsFor(topic);
    return known == null || known.size() != partitions.size();
  }

  /** Returns the offset of the next record of each partition. */
  Map<TopicPartition, Long> positions() {
    Map<TopicPartition, Long> positions = new HashMap<>();
    partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
    return positions;
  }

  /**
   * Returns offsets at which a reader can begin without missing a record that was written after
   * {@code timeMs}. If a topic was deleted and created again, its offsets begin at 0 again, but its
   * records are later than {@code timeMs}.
   *
   * @param offsets offsets after records that need not be read again
   * @param timeMs latest time of these records, in milliseconds since 1970
   */
  Map<TopicPartition, Long> after(Map<TopicPartition, Long> offsets, long timeMs) {
    Map<TopicPartition, Long> times = new HashMap<>();
    offsets.keySet().forEach(partition -> times.put(partition, Math.max(0, timeMs + 1)));
    Map<TopicPartition, Long> from = new HashMap<>(offsets);
    try {
      consumer
          .offsetsForTimes(times)
          .forEach(
              (partition, found) -> {
                if (found != null) { // null if no record is later
                  from.merge(partition, found.offset(), Math::min);
                }
              });
    } catch (KafkaException e) {
      throw away(topic, e);
    }
    return from;
  }

  /** Reads on from these offsets. A partition without an offset is read from its beginning. */
  void seek(Map<TopicPartition, Long> positions) {
    positions.forEach(consumer::seek);
  }

  /** Returns the consumer, for measurements. */
  Consumer<byte[], byte[]> consumer() {
    return consumer;
  }

  /** Ends a running poll with an exception. Thread-safe. */
  void wakeUp() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
