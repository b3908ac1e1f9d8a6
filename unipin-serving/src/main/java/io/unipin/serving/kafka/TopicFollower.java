package io.unipin.serving.kafka;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.KafkaMeters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a whole topic from the beginning, and then follows it. Uses a thread of its own.
 *
 * <p>After a failure, reading begins again at the last records that were taken. So the receiver
 * must accept repeated records. Thread-safe.
 */
final class TopicFollower implements TopicReading {
  private static final Logger logger = LoggerFactory.getLogger(TopicFollower.class);

  private final String use;
  private final String topic;
  private final KafkaClients clients;
  private final Receiver receiver;
  private final KafkaMeters meters;
  private final BatchTraces traces;
  private final ReadingThread thread;

  /** Reaches 0 once the topic was read to its end, or the first try to read it has failed. */
  private final CountDownLatch begun = new CountDownLatch(1);

  private volatile boolean read;
  private volatile @Nullable TopicReader reader;
  private boolean failing;

  /** The offsets of the next records to take; empty until the topic was read to its end. */
  private Map<TopicPartition, Long> next = Map.of();

  /** Takes the records of a topic. */
  interface Receiver {
    /** Takes all records from the beginning of the topic to its end, partition by partition. */
    void begin(Beginning beginning);

    /**
     * Returns the offsets of the next records to take. Is called each time the topic is opened. A
     * partition without an offset is read from its beginning.
     *
     * @param opened the topic, which was just opened and from which nothing was read yet
     * @param taken offsets after the records that were taken; empty until the topic was read to its
     *     end
     */
    default Map<TopicPartition, Long> next(TopicReader opened, Map<TopicPartition, Long> taken) {
      return taken;
    }

    /** Takes records that came later. The records of one partition come in order. */
    void follow(List<ConsumerRecord<byte[], byte[]>> records);

    /** Is called several times a second while no records come. */
    default void idle() {}
  }

  /** Reads the records up to the end of the topic. */
  interface Beginning {
    void read(TopicReader.Receiver receiver);
  }

  private TopicFollower(String use, String topic, Receiver receiver, TopicTools tools) {
    this.use = use;
    this.topic = topic;
    this.clients = tools.clients();
    this.receiver = receiver;
    this.meters = tools.meters();
    this.traces = new BatchTraces(tools.spans(), topic, "");
    this.thread = new ReadingThread(use, this::run);
  }

  static TopicFollower start(String use, String topic, Receiver receiver, TopicTools tools) {
    TopicFollower follower = new TopicFollower(use, topic, receiver, tools);
    follower.thread.start();
    return follower;
  }

  /**
   * Waits until the topic was read to its end.
   *
   * @return false if the topic can't be read now; reading is then tried again
   */
  boolean awaitBegin() {
    try {
      begun.await();
      return read;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run() {
    while (!thread.isClosed()) {
      try (TopicReader opened = TopicReader.open(clients, topic)) {
        reader = opened;
        Map<TopicPartition, Long> from = new HashMap<>(receiver.next(opened, next));
        from.keySet().retainAll(opened.partitions()); // a new topic may have fewer partitions
        opened.seek(from);
        if (!read) {
          receiver.begin(opened::readToEnd);
          next = opened.positions();
          read = true;
        }
        answered();
        begun.countDown();
        follow(opened);
      } catch (WakeupException e) {
        logger.debug("the {} topic is read no more", use, e);
      } catch (RuntimeException | Error e) {
        failed(e);
        begun.countDown();
        thread.rest();
      }
    }
  }

  private void follow(TopicReader opened) {
    LagWatch lag = new LagWatch(use, topic, meters);
    while (!thread.isClosed() && !opened.isOutdated()) {
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      opened.poll(records::add);
      if (records.isEmpty()) {
        receiver.idle();
      } else {
        traces.timed(records, () -> receiver.follow(records));
        next = opened.positions();
      }
      lag.look(opened.consumer());
    }
  }

  private void answered() {
    if (failing) {
      failing = false;
      logger.info("the {} topic is read again", use);
    }
    meters.away(use, false);
  }

  private void failed(Throwable cause) {
    if (!failing && !thread.isClosed()) {
      failing = true;
      if (cause instanceof ServingException || cause instanceof KafkaException) {
        logger.warn("the {} topic can't be read now; it is tried again: {}", use, cause.toString());
      } else {
        logger.error("the {} topic can't be read; it is tried again", use, cause);
      }
    }
    meters.away(use, true);
  }

  /** Stops after the records that are being taken. Idempotent. */
  @Override
  public void close() {
    thread.close(this::wakeUp);
  }

  private void wakeUp() {
    TopicReader opened = reader;
    if (opened != null) {
      opened.wakeUp();
    }
  }
}
