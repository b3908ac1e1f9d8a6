package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.log.Spool;
import io.unipin.serving.log.SpooledLines;
import io.unipin.serving.metrics.KafkaMeters;
import io.unipin.serving.threads.Recurring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the entries of a spool to a topic, oldest first, keyed by their user.
 *
 * <p>An entry leaves the spool after Kafka has confirmed it. So an entry may arrive twice, but is
 * not lost while the spool has room. Thread-safe.
 */
final class LogShipper implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LogShipper.class);
  private static final Duration EVERY = Duration.ofMillis(500);

  private final String use;
  private final String topic;
  private final Spool<?> spool;
  private final TopicWriter writer;
  private final KafkaMeters meters;
  private final Recurring running;
  private long dropped;
  private boolean closed;

  private LogShipper(
      String use, String topic, Spool<?> spool, TopicWriter writer, KafkaMeters meters) {
    this.use = use;
    this.topic = topic;
    this.spool = spool;
    this.writer = writer;
    this.meters = meters;
    this.running = Recurring.start("kafka-" + use, EVERY, this::ship);
  }

  /** Starts to move entries, and goes on until the spool closes. */
  static LogShipper start(
      String use, String topic, Spool<?> spool, TopicWriter writer, KafkaMeters meters) {
    LogShipper shipper = new LogShipper(use, topic, spool, writer, meters);
    spool.beforeClose(shipper::close);
    return shipper;
  }

  private synchronized void ship() {
    if (!closed) {
      shipAll();
    }
  }

  /** Moves all entries on the disk, unless Kafka is unavailable. */
  private void shipAll() {
    try {
      for (Optional<SpooledLines> oldest = spool.oldest();
          oldest.isPresent();
          oldest = spool.oldest()) {
        send(oldest.get());
        spool.taken(oldest.get());
      }
      meters.away(use, false);
    } catch (ServingException e) {
      if (e.kind() != FailureKind.UNAVAILABLE) {
        throw e;
      }
      meters.away(use, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      meters.spooled(use, spool.bytes());
      long all = spool.dropped();
      meters.dropped(use, all - dropped);
      dropped = all;
    }
  }

  private void send(SpooledLines lines) {
    List<ProducerRecord<byte[], byte[]>> records =
        lines.lines().stream().map(this::record).toList();
    try {
      writer.write(records);
      meters.sent(use, records.size());
    } catch (ServingException e) {
      if (e.kind() != FailureKind.TOO_LARGE) {
        throw e;
      }
      records.forEach(this::sendAlone);
    }
  }

  /** Sends an entry, or drops it if it is larger than Kafka accepts. */
  private void sendAlone(ProducerRecord<byte[], byte[]> record) {
    try {
      writer.write(List.of(record));
      meters.sent(use, 1);
    } catch (ServingException e) {
      if (e.kind() != FailureKind.TOO_LARGE) {
        throw e;
      }
      logger.error(
          "an entry of {} bytes is lost: the {} topic takes no record of that size",
          record.value().length,
          use);
      meters.dropped(use, 1);
    }
  }

  private ProducerRecord<byte[], byte[]> record(SpooledLines.Line line) {
    byte[] user = line.user().getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(topic, user, line.json());
  }

  /**
   * Moves the remaining entries, as far as Kafka takes them. The server moves the rest after its
   * next start. Idempotent.
   */
  @Override
  public void close() {
    running.close();
    synchronized (this) {
      if (!closed) {
        closed = true;
        shipAll();
      }
    }
  }
}
