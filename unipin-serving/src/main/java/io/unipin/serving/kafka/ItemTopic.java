package io.unipin.serving.kafka;

import io.unipin.ann.LiveIndexStatus;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.DistinctIds;
import io.unipin.serving.items.FollowedItems;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemRecord;
import io.unipin.serving.items.ItemVerdict;
import io.unipin.serving.items.ItemWriter;
import io.unipin.serving.items.Outcome;
import io.unipin.serving.items.PutItem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * The changes of items that all replicas apply, in the order of a topic.
 *
 * <p>A call that changes items checks its changes, writes them to the topic, and waits until this
 * replica has applied them. So all replicas apply the changes of one item in the same order, no
 * matter which replica accepted a change. Thread-safe.
 */
public final class ItemTopic implements ItemWriter, AutoCloseable {
  static final String USE = "items";

  private final ItemChanges items;
  private final Supplier<String> bundle;
  private final Duration patience;
  private final TopicWriter writer;
  private final String topic;
  private final ItemWaits waits = new ItemWaits();
  private final TopicFollower reading;

  private ItemTopic(
      ItemChanges items,
      Supplier<String> bundle,
      KafkaConfig config,
      TopicWriter writer,
      TopicTools tools) {
    this.items = items;
    this.bundle = bundle;
    this.patience = config.patience();
    this.writer = writer;
    this.topic = config.topics().items();
    ItemFollower follower =
        new ItemFollower(new FollowedItems(items), bundle, waits, tools.meters());
    this.reading = TopicFollower.start(USE, topic, follower, tools);
  }

  /**
   * Reads the topic to its current end, and follows it from then on. If Kafka is unavailable, the
   * replica begins with the items that it has on the disk.
   *
   * @param bundle returns the name of the serving bundle
   * @throws ServingException UNAVAILABLE when Kafka is unavailable and the replica has no items yet
   */
  static ItemTopic start(
      ItemChanges items,
      Supplier<String> bundle,
      KafkaConfig config,
      TopicWriter writer,
      TopicTools tools) {
    ItemTopic started = new ItemTopic(items, bundle, config, writer, tools);
    boolean ready = false;
    try {
      if (!started.reading.awaitBegin() && items.itemsStatus().stored() == 0) {
        throw new ServingException(
            FailureKind.UNAVAILABLE,
            "the topic kafka.topics.items expected, which the items of a new server come from; it"
                + " can't be read now");
      }
      ready = true;
      return started;
    } finally {
      if (!ready) {
        started.close();
      }
    }
  }

  @Override
  public List<ItemVerdict> put(List<PutItem> puts) {
    List<ItemVerdict> considered = items.consider(puts);
    List<ItemRecord> records = new ArrayList<>();
    for (int i = 0; i < puts.size(); i++) {
      if (considered.get(i).outcome() != Outcome.REFUSED) {
        records.add(ItemRecord.put(puts.get(i)));
      }
    }
    List<ItemVerdict> made = write(records);
    List<ItemVerdict> verdicts = new ArrayList<>(considered);
    int next = 0;
    for (int i = 0; i < verdicts.size(); i++) {
      if (verdicts.get(i).outcome() != Outcome.REFUSED) {
        verdicts.set(i, made.get(next++));
      }
    }
    return verdicts;
  }

  @Override
  public List<ItemVerdict> delete(long[] ids) {
    long[] distinct = DistinctIds.require("ids", ids);
    return write(LongStream.of(distinct).mapToObj(ItemRecord::delete).toList());
  }

  @Override
  public LiveIndexStatus change(List<Upsert> upserts, long[] deletes) {
    items.check(upserts);
    String name = bundle.get();
    List<ItemRecord> records = new ArrayList<>();
    upserts.forEach(upsert -> records.add(ItemRecord.upsert(upsert, name)));
    LongStream.of(deletes).forEach(id -> records.add(ItemRecord.delete(id)));
    for (ItemVerdict verdict : write(records)) {
      if (verdict.outcome() == Outcome.REFUSED) {
        throw ServingException.invalid("upserts", verdict.reason());
      }
    }
    return items.status();
  }

  /** Writes changes to the topic and waits until this replica has applied them. */
  private List<ItemVerdict> write(List<ItemRecord> records) {
    if (records.isEmpty()) {
      return List.of();
    }
    try (ItemWaits.Changes changes = waits.expect(topic, records)) {
      writer.write(changes.records());
      return changes.verdicts(patience);
    }
  }

  /** Stops following. Idempotent. */
  @Override
  public void close() {
    reading.close();
  }
}
