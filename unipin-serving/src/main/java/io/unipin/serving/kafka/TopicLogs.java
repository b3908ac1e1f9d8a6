package io.unipin.serving.kafka;

import io.unipin.serving.erasure.ErasureSeal;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Secrets;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies the topics of logs to folders, in the form in which a server writes its logs. */
public final class TopicLogs {
  private final KafkaConfig config;
  private final KafkaClients clients;
  private final Secrets secrets;

  /**
   * @param secrets secrets of the fleet, which tell whose entries are left out, because their user
   *     was erased later
   */
  public TopicLogs(KafkaConfig config, Secrets secrets) {
    this.config = config;
    this.clients = new KafkaClients(config);
    this.secrets = secrets;
  }

  /**
   * Copies the entries of the topic {@code kafka.topics.served} up to its present end. Entries from
   * before the erasure of their user are left out.
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
    ErasedEntries erased = new ErasedEntries(new ErasureSeal(secrets));
    if (!config.topics().erasures().isEmpty()) {
      ErasureTopic.readAll(config.topics().erasures(), clients, erased);
    }
    try (TopicReader reader = TopicReader.open(clients, topic);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      reader.readToEnd(
          record -> {
            if (record.value() != null && !erased.contains(record)) { // others delete by null
              write(record.value(), out);
            }
          });
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static void write(byte[] value, OutputStream out) {
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
