package io.unipin.serving.kafka;

import io.unipin.serving.failure.ServingException;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The numbers of records of the actions topic that were processed once more, by outcome.
 *
 * @param taken records whose actions are now recorded
 * @param erased records of users who were erased later
 * @param unreadable records that broke a rule or could not be parsed
 */
public record Replay(long taken, long erased, long unreadable) {
  private static final int REPORT_EVERY = 100_000;

  /** Passes all records of a topic to a receiver, up to the topic's current end. */
  static Replay of(TopicReader reader, RecordReceiver receiver, LongConsumer progress) {
    long[] counts = new long[3];
    reader.readToEnd(
        record -> {
          counts[take(record, receiver)]++;
          long all = counts[0] + counts[1] + counts[2];
          if (all % REPORT_EVERY == 0) {
            progress.accept(all);
          }
        });
    return new Replay(counts[0], counts[1], counts[2]);
  }

  /**
   * Returns 0 for a taken record, 1 for a record of an erased user, and 2 for an unreadable record.
   */
  private static int take(ConsumerRecord<byte[], byte[]> record, RecordReceiver receiver) {
    try {
      return ActionConsumer.pass(record, receiver) ? 0 : 1;
    } catch (ServingException e) {
      if (!ActionConsumer.isForGood(e)) {
        throw e;
      }
      return 2;
    }
  }
}
