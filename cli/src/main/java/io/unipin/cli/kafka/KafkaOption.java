package io.unipin.cli.kafka;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Input;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option to read a fleet's logs from Kafka topics instead of a folder. */
public final class KafkaOption {
  @Option(
      names = "--kafka",
      paramLabel = "FILE",
      description =
          "A server's settings in YAML. The logs are read from the topics that kafka.topics names,"
              + " not from a folder.")
  @Input(Input.Kind.FILE)
  private @Nullable Path settings;

  public boolean isGiven() {
    return settings != null;
  }

  private ServerConfig config() {
    return ConfigReader.read(Objects.requireNonNull(settings), System.getenv(), List.of());
  }

  /**
   * Requires either a folder or topics.
   *
   * @param folder name of the option for the folder
   * @param given whether that option was given
   */
  public void requireEither(String folder, boolean given) {
    if (given == isGiven()) {
      throw new CheckException(
          "%s or --kafka expected, got %s".formatted(folder, given ? "both" : "neither"));
    }
  }

  /** Copies the topic of served pages and actions. */
  public TopicFolder served() {
    ServerConfig config = config();
    require("served", config.kafka().topics().served());
    return TopicFolder.of(config, false);
  }

  /**
   * Copies the topic of exposures. Also copies the topic of served pages if the settings name it.
   */
  public TopicFolder exposuresAndServed() {
    ServerConfig config = config();
    require("exposures", config.kafka().topics().exposures());
    return TopicFolder.of(config, true);
  }

  private static void require(String use, String topic) {
    if (topic.isEmpty()) {
      throw new CheckException("--kafka: settings with kafka.topics.%s expected".formatted(use));
    }
  }
}
