package io.unipin.serving.kafka;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.FollowedItems;
import io.unipin.serving.items.ItemRecord;
import io.unipin.serving.items.ItemVerdict;
import io.unipin.serving.items.ItemWriter;
import io.unipin.serving.items.Outcome;
import io.unipin.serving.items.PutItem;
import io.unipin.serving.metrics.KafkaMeters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the changes of items that a topic holds. Passes the verdicts on to the calls that wait
 * for them. Confined to one thread.
 */
final class ItemFollower implements TopicFollower.Receiver {
  private static final Logger logger = LoggerFactory.getLogger(ItemFollower.class);

  /** Largest number of items that are changed together. */
  private static final int TOGETHER = 1000;

  /**
   * Largest number of bytes of changes that are held at a time while the topic is read from its
   * beginning.
   */
  private static final long HELD_BYTES = 32L << 20;

  private final FollowedItems items;
  private final Supplier<String> bundle;
  private final ItemWaits waits;
  private final KafkaMeters meters;

  /**
   * @param bundle returns the name of the serving bundle
   */
  ItemFollower(FollowedItems items, Supplier<String> bundle, ItemWaits waits, KafkaMeters meters) {
    this.items = items;
    this.bundle = bundle;
    this.waits = waits;
    this.meters = meters;
  }

  /** A change with the record that holds it. */
  private record Change(ConsumerRecord<byte[], byte[]> source, ItemRecord change) {}

  /**
   * Applies only the last change of each item, because it overrides all earlier changes of the
   * item.
   */
  @Override
  public void begin(TopicFollower.Beginning beginning) {
    Map<Long, Change> last = new LinkedHashMap<>();
    long[] held = {0};
    beginning.read(
        record -> {
          Change change = read(record);
          if (change != null) {
            last.put(change.change().id(), change);
            held[0] += record.value().length;
          }
          if (held[0] > HELD_BYTES) {
            make(List.copyOf(last.values()));
            last.clear();
            held[0] = 0;
          }
        });
    make(List.copyOf(last.values()));
  }

  @Override
  public void follow(List<ConsumerRecord<byte[], byte[]>> records) {
    make(records.stream().map(this::read).filter(Objects::nonNull).toList());
  }

  /** Reads a record. If the record can't be read, counts it and returns null. */
  private @Nullable Change read(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.key() == null || record.key().length != Long.BYTES || record.value() == null) {
        throw new MalformedBytesException("a key of 8 bytes and a value expected");
      }
      long id = ByteBuffer.wrap(record.key()).getLong();
      return new Change(record, ItemRecord.decode(id, record.value()));
    } catch (MalformedBytesException e) {
      meters.record(ItemTopic.USE, "refused");
      logger.error(
          "a change of an item can't be read: offset {} of partition {}: {}",
          record.offset(),
          record.partition(),
          e.getMessage());
      return null;
    }
  }

  /**
   * Applies changes in their order. Consecutive changes of the same kind to different items are
   * applied in one call.
   */
  private void make(List<Change> changes) {
    Map<Long, Change> together = new LinkedHashMap<>();
    ItemRecord.Kind kind = ItemRecord.Kind.PUT;
    for (Change change : changes) {
      boolean fits =
          change.change().kind() == kind
              && !together.containsKey(change.change().id())
              && together.size() < TOGETHER;
      if (!fits) {
        makeTogether(kind, List.copyOf(together.values()));
        together.clear();
      }
      kind = change.change().kind();
      together.put(change.change().id(), change);
    }
    makeTogether(kind, List.copyOf(together.values()));
  }

  private void makeTogether(ItemRecord.Kind kind, List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    try {
      report(changes, verdicts(kind, changes));
    } catch (ServingException e) {
      if (e.kind() != FailureKind.INVALID && e.kind() != FailureKind.OVERLOADED) {
        throw e;
      }
      if (changes.size() == 1) {
        report(changes, List.of(refusal(changes.get(0), String.valueOf(e.getMessage()))));
      } else {
        changes.forEach(change -> makeTogether(kind, List.of(change)));
      }
    }
  }

  private List<ItemVerdict> verdicts(ItemRecord.Kind kind, List<Change> changes) {
    return switch (kind) {
      case PUT -> items.put(changes.stream().map(ItemFollower::item).toList());
      case DELETE ->
          items.delete(changes.stream().mapToLong(change -> change.change().id()).toArray());
      case UPSERT -> {
        List<ItemVerdict> verdicts = new ArrayList<>();
        changes.forEach(change -> verdicts.add(upsert(change)));
        yield verdicts;
      }
    };
  }

  private static PutItem item(Change change) {
    return Objects.requireNonNull(change.change().item());
  }

  /**
   * Adds an item of the serving bundle to its index. Uses the vector of the change only if the
   * vector was given for this bundle.
   */
  private ItemVerdict upsert(Change change) {
    ItemRecord record = change.change();
    boolean same = record.bundle().equals(bundle.get());
    try {
      items.upsert(new ItemWriter.Upsert(record.id(), same ? record.vector() : List.of()));
      return new ItemVerdict(record.id(), Outcome.REPLACED, "");
    } catch (ServingException e) {
      if (e.kind() != FailureKind.INVALID) {
        throw e;
      }
      return refusal(change, String.valueOf(e.getMessage()));
    }
  }

  private static ItemVerdict refusal(Change change, String reason) {
    return new ItemVerdict(change.change().id(), Outcome.REFUSED, reason);
  }

  private void report(List<Change> changes, List<ItemVerdict> verdicts) {
    for (int i = 0; i < changes.size(); i++) {
      ItemVerdict verdict = verdicts.get(i);
      if (verdict.outcome() == Outcome.REFUSED) {
        meters.record(ItemTopic.USE, "refused");
        logger.warn("a change of an item that a server accepted is refused: {}", verdict.reason());
      } else {
        meters.record(ItemTopic.USE, "taken");
      }
      waits.made(changes.get(i).source(), verdict);
    }
  }
}
