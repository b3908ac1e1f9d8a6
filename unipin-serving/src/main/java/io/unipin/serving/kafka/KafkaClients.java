package io.unipin.serving.kafka;

import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens connections to Kafka with the settings of a server. Immutable. */
public final class KafkaClients {
  /** Largest number of records that one poll returns. */
  private static final int MOST_RECORDS = 1000;

  /** Largest number of bytes of records that a consumer holds. */
  private static final int FETCH_BYTES = 16 << 20;

  /** Largest number of bytes of records that a producer holds. */
  private static final long SEND_BYTES = 16L << 20;

  private static final int LINGER_MS = 2;

  /** Time after which the partitions of a dead replica go to the other replicas. */
  private static final int SESSION_MS = 10_000;

  /** Time after which a client notices a new topic. */
  private static final int METADATA_MS = 10_000;

  private final KafkaConfig config;

  public KafkaClients(KafkaConfig config) {
    this.config = config;
  }

  /**
   * Opens a consumer that shares the partitions of its topics with the other consumers of the
   * group.
   */
  Consumer<byte[], byte[]> shared(String group) {
    Map<String, Object> properties = consuming();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        List.of(CooperativeStickyAssignor.class.getName()));
    return open(properties);
  }

  /** Opens a consumer that reads partitions of its choice and belongs to no group. */
  Consumer<byte[], byte[]> alone() {
    return open(consuming());
  }

  private Map<String, Object> consuming() {
    Map<String, Object> properties = common();
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, patienceMs());
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_RECORDS);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    return properties;
  }

  private int patienceMs() {
    return Math.toIntExact(config.patience().toMillis());
  }

  private static Consumer<byte[], byte[]> open(Map<String, Object> properties) {
    try {
      return new KafkaConsumer<>(
          properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException e) {
      throw refused(e);
    }
  }

  /** Opens a producer whose writes are confirmed by all replicas of a partition. */
  Producer<byte[], byte[]> producer() {
    Map<String, Object> properties = common();
    int patience = patienceMs();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, SEND_BYTES);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patience);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, patience - LINGER_MS);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    try {
      return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException e) {
      throw refused(e);
    }
  }

  private static ConfigException refused(KafkaException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new ConfigException(
        "kafka: settings that Kafka's client takes expected, got: " + cause.getMessage(), e);
  }

  private Map<String, Object> common() {
    Map<String, Object> properties = new HashMap<>();
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.servers());
    properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000L);
    properties.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, METADATA_MS);
    properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol());
    if (!config.authorities().isEmpty()) {
      properties.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
      properties.put(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, config.authorities());
    }
    if (config.sasl() != KafkaConfig.Sasl.NONE) {
      properties.put(SaslConfigs.SASL_MECHANISM, config.sasl().name().replace('_', '-'));
      properties.put(SaslConfigs.SASL_JAAS_CONFIG, login());
    }
    return properties;
  }

  private String protocol() {
    boolean login = config.sasl() != KafkaConfig.Sasl.NONE;
    return config.tls() ? (login ? "SASL_SSL" : "SSL") : login ? "SASL_PLAINTEXT" : "PLAINTEXT";
  }

  private String login() {
    String module =
        config.sasl() == KafkaConfig.Sasl.PLAIN
            ? "org.apache.kafka.common.security.plain.PlainLoginModule"
            : "org.apache.kafka.common.security.scram.ScramLoginModule";
    return "%s required username=%s password=%s;"
        .formatted(module, quoted(config.user()), quoted(password(config)));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /**
   * Reads the password.
   *
   * @throws ConfigException when the file can't be read or its first line is empty
   */
  static String password(KafkaConfig config) {
    String password;
    try {
      password =
          Files.readString(Path.of(config.passwordFile())).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new ConfigException("kafka.passwordFile: a file that can be read expected", e);
    }
    if (password.isEmpty()) {
      throw new ConfigException("kafka.passwordFile: a password in the first line expected");
    }
    return password;
  }
}
