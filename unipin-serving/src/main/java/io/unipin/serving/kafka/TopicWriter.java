package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records and waits until all replicas of their partitions have them. A topic that can't be
 * written does not hold up the writes to other topics. Thread-safe.
 */
public final class TopicWriter implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(TopicWriter.class);

  private final Producer<byte[], byte[]> producer;

  /** The gate of each topic. The topics are those that the settings name, so they are few. */
  private final Map<String, Gate> gates = new ConcurrentHashMap<>();

  public TopicWriter(KafkaClients clients) {
    this.producer = clients.producer();
  }

  /**
   * Writes records to a topic. Records with the same key stay in order. When the call fails, some
   * or all of the records may have been written. While Kafka does not confirm records of this topic,
   * most calls fail at once.
   *
   * @param records records of a single topic, which the settings name
   * @return partition and offset of each record, in the order of the records
   * @throws ServingException UNAVAILABLE when a record was not confirmed in time; TOO_LARGE when a
   *     record is larger than Kafka accepts
   */
  List<RecordMetadata> write(List<ProducerRecord<byte[], byte[]>> records) {
    if (records.isEmpty()) {
      return List.of();
    }
    String topic = records.get(0).topic();
    Gate gate = gates.computeIfAbsent(topic, unused -> new Gate(System::nanoTime));
    if (!gate.passes()) {
      throw new ServingException(FailureKind.UNAVAILABLE, "Kafka is away");
    }
    BatchTraces.mark(records);
    try {
      List<RecordMetadata> written = confirmed(records);
      if (gate.confirmed()) {
        logger.info("Kafka confirms records of {} again", topic);
      }
      return written;
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause(), topic, gate);
    } catch (InterruptException | InterruptedException e) { // an interrupt is no failure of Kafka
      Thread.currentThread().interrupt();
      throw new ServingException(FailureKind.UNAVAILABLE, "the server stops", e);
    } catch (KafkaException e) {
      throw failure(e, topic, gate);
    }
  }

  private List<RecordMetadata> confirmed(List<ProducerRecord<byte[], byte[]>> records)
      throws ExecutionException, InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    for (ProducerRecord<byte[], byte[]> record : records) {
      Future<RecordMetadata> future = producer.send(record);
      sent.add(future);
      if (future.isDone()) {
        future.get(); // throws, so that no further send waits for Kafka in vain
      }
    }
    List<RecordMetadata> written = new ArrayList<>(records.size());
    for (Future<RecordMetadata> each : sent) {
      written.add(each.get());
    }
    return written;
  }

  private static ServingException failure(Throwable cause, String topic, Gate gate) {
    if (cause instanceof RecordTooLargeException) {
      return new ServingException(
          FailureKind.TOO_LARGE, "a record that Kafka accepts expected, got a larger one", cause);
    }
    if (gate.failed()) {
      logger.warn("Kafka does not confirm records of {}: {}", topic, cause.toString());
    }
    return new ServingException(FailureKind.UNAVAILABLE, "Kafka did not confirm a record", cause);
  }

  /** Waits for running writes and closes the connection. Idempotent. */
  @Override
  public void close() {
    producer.close();
  }
}
