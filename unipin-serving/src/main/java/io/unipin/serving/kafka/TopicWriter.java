package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.ArrayList;
import java.util.List;
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

/** Writes records and waits until all replicas of their partitions have them. Thread-safe. */
public final class TopicWriter implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(TopicWriter.class);

  private final Producer<byte[], byte[]> producer;
  private final Gate gate = new Gate(System::nanoTime);

  public TopicWriter(KafkaClients clients) {
    this.producer = clients.producer();
  }

  /**
   * Writes records. Records with the same key stay in order. When the call fails, some or all of
   * the records may have been written. While Kafka is unavailable, most calls fail at once.
   *
   * @return partition and offset of each record, in the order of the records
   * @throws ServingException UNAVAILABLE when a record was not confirmed in time; TOO_LARGE when a
   *     record is larger than Kafka accepts
   */
  List<RecordMetadata> write(List<ProducerRecord<byte[], byte[]>> records) {
    if (!gate.passes()) {
      throw new ServingException(FailureKind.UNAVAILABLE, "Kafka is away");
    }
    BatchTraces.mark(records);
    try {
      List<RecordMetadata> written = confirmed(records);
      if (gate.confirmed()) {
        logger.info("Kafka confirms records again");
      }
      return written;
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause());
    } catch (InterruptException | InterruptedException e) { // an interrupt is no failure of Kafka
      Thread.currentThread().interrupt();
      throw new ServingException(FailureKind.UNAVAILABLE, "the server stops", e);
    } catch (KafkaException e) {
      throw failure(e);
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

  private ServingException failure(Throwable cause) {
    if (cause instanceof RecordTooLargeException) {
      return new ServingException(
          FailureKind.TOO_LARGE, "a record that Kafka accepts expected, got a larger one", cause);
    }
    if (gate.failed()) {
      logger.warn("Kafka does not confirm records: {}", cause.toString());
    }
    return new ServingException(FailureKind.UNAVAILABLE, "Kafka did not confirm a record", cause);
  }

  /** Waits for running writes and closes the connection. Idempotent. */
  @Override
  public void close() {
    producer.close();
  }
}
