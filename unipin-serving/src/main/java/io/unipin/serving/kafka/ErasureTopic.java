package io.unipin.serving.kafka;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.LoggedErasure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of erasures in a topic that every replica reads. The topic's partitions are the parts of
 * the log. Thread-safe.
 */
final class ErasureTopic implements ErasureLog {
  private static final String USE = "erasures";
  private static final Logger logger = LoggerFactory.getLogger(ErasureTopic.class);

  private final String topic;
  private final TopicWriter writer;
  private final TopicTools tools;
  private volatile boolean read;
  private volatile @Nullable TopicFollower following;

  ErasureTopic(String topic, TopicWriter writer, TopicTools tools) {
    this.topic = topic;
    this.writer = writer;
    this.tools = tools;
  }

  @Override
  public String name() {
    return topic;
  }

  @Override
  public void write(byte[] key, byte[] value) {
    writer.write(List.of(new ProducerRecord<>(topic, key, value)));
  }

  @Override
  public void readAll(Receiver receiver) {
    readAll(topic, tools.clients(), receiver);
  }

  /** Passes all records of a topic up to its current end to a receiver. */
  static void readAll(String topic, KafkaClients clients, Receiver receiver) {
    try (TopicReader reader = TopicReader.open(clients, topic)) {
      reader.readToEnd(record -> passed(record, receiver));
      receiver.caughtUp();
    }
  }

  @Override
  public boolean follow(Receiver receiver, Positions positions) {
    TopicFollower follower =
        TopicFollower.start(USE, topic, new Following(receiver, positions), tools);
    following = follower;
    return follower.awaitBegin();
  }

  @Override
  public boolean isRead() {
    return read;
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Receiver receiver) {
    tools.meters().record(USE, passed(record, receiver) ? "taken" : "refused");
  }

  /** Passes a record to a receiver. Returns false if the record can't be read. */
  private static boolean passed(ConsumerRecord<byte[], byte[]> record, Receiver receiver) {
    if (record.key() == null || record.value() == null) {
      logger.error(
          "an erasure with a key and a value expected, got one without: offset {} of partition {}",
          record.offset(),
          record.partition());
      return false;
    }
    return receiver.take(
        new LoggedErasure(
            record.key(),
            record.value(),
            Integer.toString(record.partition()),
            record.offset(),
            record.timestamp()));
  }

  /** Passes the records that the follower reads to a receiver of erasures. */
  private final class Following implements TopicFollower.Receiver {
    private final Receiver receiver;
    private final Positions positions;

    Following(Receiver receiver, Positions positions) {
      this.receiver = receiver;
      this.positions = positions;
    }

    @Override
    public Map<TopicPartition, Long> next(TopicReader opened, Map<TopicPartition, Long> taken) {
      if (!taken.isEmpty()) {
        return taken;
      }
      Map<TopicPartition, Long> from = new HashMap<>();
      for (TopicPartition partition : opened.partitions()) {
        long position = positions.from(Integer.toString(partition.partition()));
        if (position > 0) {
          from.put(partition, position);
        }
      }
      return opened.after(from, positions.lastMs());
    }

    @Override
    public void begin(TopicFollower.Beginning beginning) {
      beginning.read(record -> take(record, receiver));
      receiver.caughtUp();
      read = true;
    }

    @Override
    public void follow(List<ConsumerRecord<byte[], byte[]>> records) {
      records.forEach(record -> take(record, receiver));
      receiver.caughtUp();
    }

    @Override
    public void idle() {
      receiver.caughtUp();
    }
  }

  @Override
  public void close() {
    TopicFollower follower = following;
    if (follower != null) {
      follower.close();
    }
  }
}
