package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.KafkaMeters;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes the records of the actions topic on one thread, together with the other replicas of the
 * consumer group.
 *
 * <p>An offset is committed after its record was processed, so every record is processed at least
 * once. A record that can never be processed goes to the dead letters, and its partition goes on. A
 * record that can't be processed now pauses its partition until the record can be processed.
 * Thread-safe.
 */
final class ActionConsumer implements TopicReading {
  static final String USE = "actions";

  private static final Logger logger = LoggerFactory.getLogger(ActionConsumer.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaClients clients;
  private final KafkaConfig config;
  private final RecordReceiver receiver;
  private final DeadLetters deadLetters;
  private final KafkaMeters meters;
  private final BatchTraces traces;
  private final PausedPartitions paused = new PausedPartitions(System::nanoTime);
  private final LagWatch lag;
  private final ReadingThread thread;

  /** The offsets after the processed records, if these offsets are not committed yet. */
  private final Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();

  private volatile @Nullable Consumer<byte[], byte[]> reading;

  private ActionConsumer(
      KafkaConfig config, RecordReceiver receiver, DeadLetters deadLetters, TopicTools tools) {
    this.clients = tools.clients();
    this.config = config;
    this.receiver = receiver;
    this.deadLetters = deadLetters;
    this.meters = tools.meters();
    this.traces = new BatchTraces(tools.spans(), config.topics().actions(), config.group());
    this.lag = new LagWatch(USE, config.topics().actions(), meters);
    this.thread = new ReadingThread(USE, this::run);
  }

  /** Starts to process records. Kafka may be unavailable at that time. */
  static ActionConsumer start(
      KafkaConfig config, RecordReceiver receiver, DeadLetters deadLetters, TopicTools tools) {
    ActionConsumer consumer = new ActionConsumer(config, receiver, deadLetters, tools);
    consumer.thread.start();
    return consumer;
  }

  private void run() {
    while (!thread.isClosed()) {
      try (Consumer<byte[], byte[]> consumer = clients.shared(config.group())) {
        reading = consumer;
        consumer.subscribe(List.of(config.topics().actions()), new Rebalance());
        while (!thread.isClosed()) {
          step(consumer);
        }
      } catch (WakeupException e) {
        logger.debug("the actions topic is read no more", e);
      } catch (RuntimeException | Error e) {
        logger.error("the actions topic can't be read; it is tried again", e);
        done.clear();
        thread.rest();
      }
    }
  }

  private void step(Consumer<byte[], byte[]> consumer) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    if (!records.isEmpty()) {
      traces.timed(records, () -> take(consumer, records));
    }
    commit(consumer);
    paused.resumeDue(consumer);
    meters.paused(USE, paused.count());
    lag.look(consumer);
  }

  private void take(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      take(consumer, partition, records.records(partition));
    }
  }

  /** Processes records of one partition, until one of them can't be processed now. */
  private void take(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      List<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        take(record);
      } catch (RuntimeException e) {
        if (paused.count() == 0) {
          logger.warn("a record of the actions topic can't be taken now; it is tried again", e);
        }
        meters.record(USE, "retried");
        paused.pause(consumer, partition, record.offset());
        return;
      }
      if (paused.taken(partition)) {
        logger.info("records of {} are taken again", partition);
      }
      done.put(partition, new OffsetAndMetadata(record.offset() + 1));
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      boolean taken = pass(record, receiver);
      meters.record(USE, taken ? "taken" : "erased");
    } catch (ServingException e) {
      if (!isForGood(e)) {
        throw e;
      }
      deadLetters.keep(record, String.valueOf(e.getMessage()));
      meters.record(USE, "dead_letter");
    }
  }

  /**
   * Passes a record of the actions topic to a receiver.
   *
   * @return false if nothing was recorded, because the user was erased after the record was written
   * @throws ServingException when the record can't be processed. See {@link #isForGood}
   */
  static boolean pass(ConsumerRecord<byte[], byte[]> record, RecordReceiver receiver) {
    return receiver.take(user(record.key()), value(record.value()), record.timestamp());
  }

  /** Whether a record that failed in this way can never be processed. */
  static boolean isForGood(ServingException failure) {
    return failure.kind() == FailureKind.INVALID || failure.kind() == FailureKind.TOO_LARGE;
  }

  private static String user(byte @Nullable [] key) {
    if (key == null) {
      throw ServingException.invalid("key", "the user's id expected, got none");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw ServingException.invalid("key", "UTF-8 expected, got other bytes");
    }
  }

  private static byte[] value(byte @Nullable [] value) {
    if (value == null) {
      throw ServingException.invalid("value", "a value expected, got none");
    }
    return value;
  }

  /**
   * Commits the offsets of processed records. After a failed commit, the next commit covers the
   * same records. If there is no next commit, the records come again.
   */
  private void commit(Consumer<byte[], byte[]> consumer) {
    if (done.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(Map.copyOf(done));
      done.clear();
    } catch (CommitFailedException e) {
      logger.info("another replica reads a partition now, from the last commit on");
      done.clear();
    } catch (RetriableException e) {
      logger.warn("offsets of the actions topic can't be committed now: {}", e.getMessage());
    }
  }

  /** Follows the partitions that the group gives to this consumer. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      logger.info("reads {} more partitions of the actions topic", partitions.size());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Consumer<byte[], byte[]> consumer = reading;
      if (consumer != null) {
        commit(consumer);
      }
      onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      done.keySet().removeAll(partitions);
      paused.forget(partitions);
    }
  }

  @Override
  public void close() {
    thread.close(this::wakeUp);
  }

  private void wakeUp() {
    Consumer<byte[], byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
  }
}
