package io.unipin.serving.kafka;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.spans.BatchSpans;
import io.unipin.serving.spans.EngineCalls;
import io.unipin.serving.spans.FinishedBatch;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Writes a span for each batch of records of a topic. The span links to the traces in which the
 * records were written. The header {@code traceparent} of a record names its trace. Immutable.
 */
final class BatchTraces {
  private static final String TRACEPARENT = "traceparent";

  /** Length of a W3C trace context; a header of another length names no trace. */
  private static final int CONTEXT_BYTES = 55;

  /** Largest number of traces to which a span links. */
  private static final int MOST_LINKS = 32;

  private final BatchSpans spans;
  private final FinishedBatch.Topic topic;

  /**
   * @param group the group of consumers; empty if this consumer reads the whole topic
   */
  BatchTraces(BatchSpans spans, String topic, String group) {
    this.spans = spans;
    this.topic = new FinishedBatch.Topic(topic, group);
  }

  /** Runs the processing of a batch of records, and writes its span. */
  void timed(Iterable<ConsumerRecord<byte[], byte[]>> records, Runnable processing) {
    if (!spans.enabled()) {
      processing.run();
      return;
    }
    EngineCalls.open("");
    long begin = System.nanoTime();
    String failure = "";
    try {
      processing.run();
    } catch (RuntimeException | Error e) {
      failure = ServingException.of(e).kind().name();
      throw e;
    } finally {
      int count = 0;
      Set<String> writers = new LinkedHashSet<>();
      for (ConsumerRecord<byte[], byte[]> record : records) {
        count++;
        Header header = record.headers().lastHeader(TRACEPARENT);
        if (header != null && isContext(header.value()) && writers.size() < MOST_LINKS) {
          writers.add(new String(header.value(), StandardCharsets.US_ASCII));
        }
      }
      spans.record(
          new FinishedBatch(
              topic,
              count,
              begin,
              System.nanoTime(),
              List.copyOf(writers),
              failure,
              EngineCalls.soFar()));
      EngineCalls.close();
    }
  }

  private static boolean isContext(byte[] value) {
    return value != null && value.length == CONTEXT_BYTES;
  }

  /**
   * If the current call has a trace context, adds this context to the records that the call writes.
   */
  static void mark(List<ProducerRecord<byte[], byte[]>> records) {
    String context = EngineCalls.traceparent();
    if (context.length() == CONTEXT_BYTES) {
      byte[] value = context.getBytes(StandardCharsets.US_ASCII);
      records.forEach(record -> record.headers().add(TRACEPARENT, value));
    }
  }
}
