package io.unipin.serving;

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
import io.unipin.serving.user.ActionJournal;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The topics in Kafka that a server reads and writes. Without Kafka it does nothing. */
final class ServerTopics {
  private final @Nullable Kafka kafka;

  private ServerTopics(@Nullable Kafka kafka) {
    this.kafka = kafka;
  }

  static ServerTopics connect(KafkaConfig config, ServingMetrics metrics, OpenParts parts) {
    return new ServerTopics(
        config.isOn() ? parts.opened(Kafka.connect(config, metrics.kafka())) : null);
  }

  /** Returns the journal of what callers record and take back. */
  ActionJournal journal() {
    return kafka == null ? ActionJournal.NONE : kafka.journal();
  }

  /** Returns what opens the spools of logs that go to topics. */
  SpoolOpener spools() {
    return kafka == null ? SpoolOpener.NONE : kafka.spools();
  }

  /**
   * Brings the items up to date with those of the fleet.
   *
   * @param bundle returns the name of the serving bundle
   * @return makes the changes of items that callers ask for
   */
  ItemWriter items(ItemChanges items, Supplier<String> bundle, OpenParts parts) {
    Optional<ItemTopic> topic = kafka == null ? Optional.empty() : kafka.items(items, bundle);
    topic.ifPresent(parts::opened);
    return topic.isPresent() ? topic.get() : items;
  }

  /** Begins to count the impressions of all servers of the fleet, if these come from a topic. */
  void count(ImpressionCounts impressions, OpenParts parts) {
    Optional<TopicPages> pages = impressions.topic();
    if (kafka != null && pages.isPresent()) {
      parts.opened(kafka.readServed(pages.get()));
    }
  }

  /** Takes all records of the actions topic once more, which must be there. */
  Replay replay(ActionRecords records, LongConsumer progress) {
    return Objects.requireNonNull(kafka).replayActions(records::take, progress);
  }

  /** Begins to record the actions of the topic. The server can record actions from now on. */
  void read(RpcServices services, HistoryStore histories, OpenParts parts) {
    if (kafka != null) {
      parts.opened(kafka.readActions(new ActionRecords(services, histories)::take));
    }
  }
}
