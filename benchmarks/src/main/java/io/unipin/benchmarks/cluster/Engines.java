package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.KafkaServer;
import io.unipin.benchmarks.engines.RedisServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The engines of a whole fleet: a Redis cluster for histories, and a Kafka broker. */
record Engines(RedisServers redis, KafkaServer kafka, List<String> topics)
    implements AutoCloseable {
  Engines {
    topics = List.copyOf(topics);
  }

  /** Starts Redis and Kafka with their files below a folder, and creates the topics. */
  static Engines start(Path folder) throws IOException, InterruptedException {
    RedisServers redis = RedisServers.cluster(folder.resolve("redis"));
    boolean ready = false;
    try {
      KafkaServer kafka = KafkaServer.start(Files.createDirectories(folder.resolve("kafka")));
      Engines engines = new Engines(redis, kafka, kafka.topics());
      ready = true;
      return engines;
    } finally {
      if (!ready) {
        redis.close();
      }
    }
  }

  /**
   * Returns the settings of replicas that lose no acknowledged action, and that serve pages while
   * Redis is away.
   *
   * @param more settings to add
   */
  List<String> settings(List<String> more) {
    List<String> settings = new ArrayList<>(redis.safeSettings());
    settings.addAll(topics);
    settings.addAll(more);
    return settings;
  }

  /** Lets Redis and Kafka continue after this JVM has ended. */
  void keep() {
    redis.keep();
    kafka.process().keep();
  }

  @Override
  public void close() {
    kafka.close();
    redis.close();
  }
}
