package io.unipin.serving.kafka;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * A topic that keeps records that can't be read. Each record keeps its key and value. Its headers
 * hold the reason, and the topic, partition and offset from which the record came. Thread-safe.
 */
final class DeadLetters {
  static final String REASON = "unipin-reason";
  static final String PLACE = "unipin-place";
  private static final int MAX_REASON = 1000;

  private final TopicWriter writer;
  private final String topic;

  DeadLetters(TopicWriter writer, String topic) {
    this.writer = writer;
    this.topic = topic;
  }

  /**
   * Keeps a record. If the record with its headers is too large for the topic, only its key and
   * headers are kept. The value can then be found at the topic, partition and offset that the
   * headers name.
   *
   * @throws ServingException UNAVAILABLE when Kafka did not confirm the record
   */
  void keep(ConsumerRecord<byte[], byte[]> record, String reason) {
    try {
      write(record, record.value(), reason);
    } catch (ServingException e) {
      if (e.kind() != FailureKind.TOO_LARGE) {
        throw e;
      }
      write(record, new byte[0], reason);
    }
  }

  private void write(ConsumerRecord<byte[], byte[]> record, byte[] value, String reason) {
    String place = "%s-%s@%s".formatted(record.topic(), record.partition(), record.offset());
    String shown = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    List<Header> headers = List.of(header(REASON, shown), header(PLACE, place));
    writer.write(List.of(new ProducerRecord<>(topic, null, null, record.key(), value, headers)));
  }

  private static Header header(String name, String text) {
    return new RecordHeader(name, text.getBytes(StandardCharsets.UTF_8));
  }
}
