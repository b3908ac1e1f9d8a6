package io.unipin.serving.kafka;

import io.unipin.serving.log.segment.RetryTimer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions that are not read for some time, because their next record can't be processed now.
 * The pause of a partition grows from 0.1 to 5 seconds while the record still can't be processed.
 * Not thread-safe.
 */
final class PausedPartitions {
  private final Map<TopicPartition, RetryTimer> failing = new HashMap<>();
  private final LongSupplier nanos;

  /**
   * @param nanos clock in nanoseconds, like {@link System#nanoTime}
   */
  PausedPartitions(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Stops reading a partition for some time. The record at the offset is read next. */
  void pause(Consumer<?, ?> consumer, TopicPartition partition, long offset) {
    consumer.seek(partition, offset);
    consumer.pause(List.of(partition));
    failing.computeIfAbsent(partition, unused -> new RetryTimer(nanos)).failed();
  }

  /**
   * Notes that a record of the partition was processed. Returns whether the previous attempt had
   * failed.
   */
  boolean taken(TopicPartition partition) {
    return failing.remove(partition) != null;
  }

  /** Resumes the partitions whose pause is over. */
  void resumeDue(Consumer<?, ?> consumer) {
    List<TopicPartition> due = new ArrayList<>();
    failing.forEach(
        (partition, backoff) -> {
          if (backoff.isDue()) {
            due.add(partition);
          }
        });
    due.retainAll(consumer.paused());
    consumer.resume(due);
  }

  /** Forgets partitions that another consumer reads from now on. */
  void forget(Collection<TopicPartition> partitions) {
    failing.keySet().removeAll(partitions);
  }

  /** Returns the number of partitions whose next record could not be processed. */
  int count() {
    return failing.size();
  }
}
