package io.unipin.serving.kafka;

import io.unipin.serving.failure.ServingException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Copies the topics of logs to folders, in the form in which a server writes its logs. */
public final class TopicLogs {
  private final KafkaConfig config;
  private final KafkaClients clients;

  public TopicLogs(KafkaConfig config) {
    this.config = config;
    this.clients = new KafkaClients(config);
  }

  /**
   * Copies the entries of the topic {@code kafka.topics.served} up to its present end.
   *
   * @throws ServingException UNAVAILABLE when the topic can't be read
   */
  public void served(Path folder) {
    copy("served", config.topics().served(), folder);
  }

  /** Copies the entries of the topic {@code kafka.topics.exposures} as {@link #served} does. */
  public void exposures(Path folder) {
    copy("exposures", config.topics().exposures(), folder);
  }

  private void copy(String name, String topic, Path folder) {
    Path file = folder.resolve(name + "-000000000000001.jsonl");
    try (TopicReader reader = TopicReader.open(clients, topic);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      reader.readToEnd(record -> write(record, out));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static void write(ConsumerRecord<byte[], byte[]> record, OutputStream out) {
    byte[] value = record.value();
    if (value == null) {
      return; // no entry: other programs delete keys in this way
    }
    try {
      out.write(value);
      out.write('\n');
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static UncheckedIOException failure(IOException e) {
    return new UncheckedIOException("the topic can't be copied: " + e.getMessage(), e);
  }
}
