package io.unipin.cli.kafka;

import io.unipin.feedlog.database.SpillFolder;
import io.unipin.serving.kafka.KafkaConfig;
import io.unipin.serving.kafka.TopicLogs;
import io.unipin.serving.security.SecretFile;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A temporary folder with copies of topics. The folder holds data of users. {@link #close} deletes
 * it.
 */
public final class TopicFolder implements AutoCloseable {
  private final SpillFolder folder = SpillFolder.create();
  private boolean served;

  private TopicFolder() {}

  /**
   * Copies the topic of served pages if the settings name it.
   *
   * @param exposures whether the topic of exposures is copied, too; the settings must name it
   */
  static TopicFolder of(ServerConfig server, boolean exposures) {
    KafkaConfig config = server.kafka();
    TopicFolder folder = new TopicFolder();
    TopicLogs logs = new TopicLogs(config, secrets(server), server.fleet().unreadableErasures());
    boolean copied = false;
    try {
      if (exposures) {
        logs.exposures(folder.path());
      }
      if (!config.topics().served().isEmpty()) {
        logs.served(folder.path());
        folder.served = true;
      }
      copied = true;
      return folder;
    } finally {
      if (!copied) {
        folder.close();
      }
    }
  }

  private static Secrets secrets(ServerConfig server) {
    String file = server.security().secretFile();
    return file.isEmpty() ? Secrets.own(new byte[1]) : SecretFile.open(Path.of(file));
  }

  public Path path() {
    return folder.path();
  }

  /** Returns the folder if it holds served pages; empty if it holds none. */
  public Optional<Path> served() {
    return served ? Optional.of(path()) : Optional.empty();
  }

  @Override
  public void close() {
    folder.close();
  }
}
