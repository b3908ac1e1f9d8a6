package io.unipin.serving;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.impressions.TopicPages;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemWriter;
import io.unipin.serving.kafka.ItemTopic;
import io.unipin.serving.kafka.Kafka;
import io.unipin.serving.kafka.KafkaConfig;
import io.unipin.serving.kafka.Replay;
import io.unipin.serving.log.SpoolOpener;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.rpc.ActionRecords;
import io.unipin.serving.rpc.RpcServices;
import io.unipin.serving.spans.BatchSpans;
import io.unipin.serving.user.ActionJournal;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The topics in Kafka that a server reads and writes. Does nothing if no Kafka is configured. */
final class ServerTopics {
  private final @Nullable Kafka kafka;

  private ServerTopics(@Nullable Kafka kafka) {
    this.kafka = kafka;
  }

  static ServerTopics connect(
      KafkaConfig config, ServingMetrics metrics, BatchSpans spans, OpenParts parts) {
    return new ServerTopics(
        config.isOn() ? parts.opened(Kafka.connect(config, metrics.kafka(), spans)) : null);
  }

  /** Returns the journal of the actions that callers record and retract. */
  ActionJournal journal() {
    return kafka == null ? ActionJournal.NONE : kafka.journal();
  }

  /** Returns the opener of spools for the logs that are sent to topics. */
  SpoolOpener spools() {
    return kafka == null ? SpoolOpener.NONE : kafka.spools();
  }

  /**
   * Brings the items up to date with the fleet's items.
   *
   * @param bundle returns the name of the serving bundle
   * @return writer for the changes of items that callers ask for
   */
  ItemWriter items(ItemChanges items, Supplier<String> bundle, OpenParts parts) {
    Optional<ItemTopic> topic = kafka == null ? Optional.empty() : kafka.items(items, bundle);
    topic.ifPresent(parts::opened);
    return topic.isPresent() ? topic.get() : items;
  }

  /**
   * Begins to count the impressions of all servers of the fleet, if there is a topic of served
   * pages.
   */
  void count(ImpressionCounts impressions, OpenParts parts) {
    Optional<TopicPages> pages = impressions.topic();
    if (kafka != null && pages.isPresent()) {
      parts.opened(kafka.readServed(pages.get()));
    }
  }

  /** Records the actions of the whole actions topic once more. The topic must be configured. */
  Replay replay(ActionRecords records, LongConsumer progress) {
    return Objects.requireNonNull(kafka).replayActions(records::take, progress);
  }

  /** Returns the log of erasures that a topic holds; empty if there is no such topic. */
  Optional<ErasureLog> erasures() {
    return kafka == null ? Optional.empty() : kafka.erasures();
  }

  /**
   * Begins to record the actions of the topic. The caller must have opened all parts that recording
   * needs.
   *
   * @param knowsErasures whether the history store has all erasures from before the start; as long
   *     as this is false, the topic's records wait
   */
  void read(
      RpcServices services,
      HistoryStore histories,
      BooleanSupplier knowsErasures,
      OpenParts parts) {
    if (kafka == null) {
      return;
    }
    ActionRecords records = new ActionRecords(services, histories);
    parts.opened(
        kafka.readActions(
            (user, value, timestampMs) -> {
              if (!knowsErasures.getAsBoolean()) {
                throw new ServingException(
                    FailureKind.UNAVAILABLE, "the fleet's erasures were not read yet");
              }
              return records.take(user, value, timestampMs);
            }));
  }
}
