package io.unipin.serving.kafka;

/** The reading of a topic, which goes on until it is closed. Thread-safe. */
@FunctionalInterface
public interface TopicReading extends AutoCloseable {
  /** Stops after the record that is being taken. Idempotent. */
  @Override
  void close();
}
