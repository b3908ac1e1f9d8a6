package io.unipin.serving.kafka;

import io.unipin.serving.erasure.ErasureReplay;
import io.unipin.serving.erasure.ErasureReplay.Unreadable;
import io.unipin.serving.erasure.ErasureSeal;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Secrets;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Copies log topics to folders, in the form in which a server writes its logs. The topic of
 * erasures is read once, before the first copy. Confined to one thread.
 */
public final class TopicLogs {
  private final KafkaConfig config;
  private final KafkaClients clients;
  private final Secrets secrets;
  private final Unreadable unreadable;
  private @Nullable ErasedEntries erased;

  /**
   * @param secrets secrets of the fleet, which are needed to read the erasures; entries that were
   *     made before their user was erased are left out
   * @param unreadable whether entries are copied although the secret of an erasure is missing
   */
  public TopicLogs(KafkaConfig config, Secrets secrets, Unreadable unreadable) {
    this.config = config;
    this.clients = new KafkaClients(config);
    this.secrets = secrets;
    this.unreadable = unreadable;
  }

  /**
   * Copies the entries of the topic {@code kafka.topics.served} up to its current end. Entries that
   * were made before their user was erased are left out.
   *
   * @throws ServingException UNAVAILABLE when the topic can't be read, INVALID when the secret of
   *     an erasure is missing
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
    ErasedEntries gone = erased();
    try (TopicReader reader = TopicReader.open(clients, topic);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      reader.readToEnd(
          record -> {
            if (record.value() != null && !gone.contains(record)) { // null is a deletion
              write(record.value(), out);
            }
          });
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private ErasedEntries erased() {
    ErasedEntries known = erased;
    if (known == null) {
      ErasureSeal seal = new ErasureSeal(secrets);
      known = new ErasedEntries(seal);
      if (!config.topics().erasures().isEmpty()) {
        ErasureTopic.readAll(
            config.topics().erasures(), clients, new ErasureReplay(seal, unreadable, known::add));
      }
      erased = known;
    }
    return known;
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
