package io.unipin.serving.kafka;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.impressions.TopicPages;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.log.Spool;
import io.unipin.serving.log.SpoolOpener;
import io.unipin.serving.metrics.KafkaMeters;
import io.unipin.serving.spans.BatchSpans;
import io.unipin.serving.spans.EngineCalls;
import io.unipin.serving.user.ActionJournal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A server's connections to Kafka. There is one method for each use of a topic. Thread-safe. */
public final class Kafka implements AutoCloseable {
  private final KafkaConfig config;
  private final KafkaClients clients;
  private final KafkaMeters meters;
  private final TopicTools tools;
  private final TopicWriter writer;

  private Kafka(KafkaConfig config, KafkaMeters meters, BatchSpans spans) {
    this.config = config;
    this.meters = meters;
    this.clients = new KafkaClients(config);
    this.tools = new TopicTools(clients, meters, spans);
    this.writer = new TopicWriter(clients);
  }

  /**
   * Opens the connections. Kafka need not be reachable at that time.
   *
   * @param spans receives a span for each batch of records that is read
   */
  public static Kafka connect(KafkaConfig config, KafkaMeters meters, BatchSpans spans) {
    return new Kafka(config, meters, spans);
  }

  /**
   * Opens the spools of logs that go to topics, and starts to move their entries. The logs must be
   * closed before this object.
   */
  public SpoolOpener spools() {
    Map<String, String> topics =
        Map.of("served", config.topics().served(), "exposures", config.topics().exposures());
    return new SpoolOpener() {
      @Override
      public <E> @Nullable Spool<E> open(String name, Function<E, String> user) {
        String topic = topics.getOrDefault(name, "");
        if (topic.isEmpty()) {
          return null;
        }
        long maxBytes = config.spool().maxBytes().bytes();
        Spool<E> spool = Spool.open(name, config.spool().log(name), maxBytes, user);
        meters.spoolLimit(name, maxBytes);
        // The shipper ends when the spool closes.
        LogShipper unused = LogShipper.start(name, topic, spool, writer, meters);
        return spool;
      }
    };
  }

  /**
   * Returns the journal that writes to the actions topic. Without this topic, the journal keeps
   * nothing.
   */
  public ActionJournal journal() {
    String topic = config.topics().actions();
    return topic.isEmpty() || !config.writeActions()
        ? ActionJournal.NONE
        : entries -> write(entries.get().stream().map(entry -> record(topic, entry)).toList());
  }

  private void write(List<ProducerRecord<byte[], byte[]>> records) {
    EngineCalls.timed(
        "kafka",
        "actions write",
        labels -> {
          labels.put("unipin.records", Integer.toString(records.size()));
          return writer.write(records);
        });
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, ActionJournal.Entry entry) {
    return new ProducerRecord<>(
        topic, entry.user().getBytes(StandardCharsets.UTF_8), entry.record());
  }

  /**
   * Brings items up to date with the items topic, and follows it from then on.
   *
   * @param bundle returns the name of the serving bundle
   * @return the object that applies all changes that callers ask for; empty if there is no such
   *     topic
   */
  public Optional<ItemTopic> items(ItemChanges items, Supplier<String> bundle) {
    return config.topics().items().isEmpty()
        ? Optional.empty()
        : Optional.of(ItemTopic.start(items, bundle, config, writer, tools));
  }

  /** Returns the log of erasures in the erasures topic; empty if there is no such topic. */
  public Optional<ErasureLog> erasures() {
    return config.topics().erasures().isEmpty()
        ? Optional.empty()
        : Optional.of(new ErasureTopic(config.topics().erasures(), writer, tools));
  }

  /**
   * Begins to count the pages in the topic of served pages.
   *
   * @return an object that ends the counting when it is closed
   */
  public TopicReading readServed(TopicPages pages) {
    String topic = config.topics().served();
    PageFollower follower = new PageFollower(topic, pages, meters);
    return TopicFollower.start(PageFollower.USE, topic, follower, tools);
  }

  /**
   * Begins to process the records of the actions topic, if there is one.
   *
   * @return an object that ends the reading of the topic when it is closed
   */
  public TopicReading readActions(RecordReceiver receiver) {
    if (config.topics().actions().isEmpty()) {
      return () -> {};
    }
    DeadLetters deadLetters = new DeadLetters(writer, config.topics().deadLetters());
    return ActionConsumer.start(config, receiver, deadLetters, tools);
  }

  /**
   * Processes all records of the actions topic once more, up to its current end.
   *
   * @param progress receives the number of records from time to time
   */
  public Replay replayActions(RecordReceiver receiver, LongConsumer progress) {
    try (TopicReader reader = TopicReader.open(clients, config.topics().actions())) {
      return Replay.of(reader, receiver, progress);
    }
  }

  /** Closes the connections. Idempotent. */
  @Override
  public void close() {
    writer.close();
  }
}
