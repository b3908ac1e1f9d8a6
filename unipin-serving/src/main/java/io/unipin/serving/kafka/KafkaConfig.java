package io.unipin.serving.kafka;

import static io.unipin.settings.SettingException.checkPositive;

import io.unipin.settings.SettingException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Settings of Kafka. If {@code servers} is empty, the server uses no Kafka.
 *
 * @param servers addresses of some brokers, such as {@code kafka1:9092,kafka2:9092}; empty for no
 *     Kafka
 * @param tls whether connections are encrypted and the brokers' certificates are checked
 * @param authorities PEM file with the authorities that may sign the brokers' certificates; empty
 *     for the authorities that the JVM trusts
 * @param sasl way in which the server logs in
 * @param user name with which the server logs in
 * @param passwordFile file whose first line is the password
 * @param group consumer group of all replicas that share the records of the actions topic
 * @param writeActions whether RecordActions and RetractActions write to the actions topic before
 *     they change the history
 * @param topics names of the topics
 * @param patience time after which a write fails if no broker has confirmed it
 * @param spool folder in which entries of logs wait for Kafka
 */
public record KafkaConfig(
    String servers,
    boolean tls,
    String authorities,
    Sasl sasl,
    String user,
    String passwordFile,
    String group,
    boolean writeActions,
    KafkaTopics topics,
    Duration patience,
    KafkaSpool spool) {
  private static final Pattern SERVERS =
      Pattern.compile("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,249}");
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);

  /** The ways to log in. */
  public enum Sasl {
    /** The brokers ask for no login. */
    NONE,
    /** The password itself is sent, so TLS is required. */
    PLAIN,
    SCRAM_SHA_256,
    SCRAM_SHA_512
  }

  public KafkaConfig {
    if (!servers.isEmpty() && !SERVERS.matcher(servers).matches()) {
      throw new SettingException(
          "servers", "host:port, more of them after commas, expected, got '" + servers + "'");
    }
    if (servers.isEmpty() && topics.any()) {
      throw new SettingException("servers", "servers expected beside kafka.topics, got none");
    }
    if (!authorities.isEmpty() && !tls) {
      throw new SettingException("authorities", "tls: true expected beside it, got false");
    }
    checkLogin(tls, sasl, user, passwordFile);
    if (!GROUP.matcher(group).matches()) {
      throw new SettingException(
          "group", "1 to 249 letters, digits, dots, dashes expected, got '" + group + "'");
    }
    checkPositive("patience", patience);
    if (patience.compareTo(LEAST_PATIENCE) < 0) {
      throw new SettingException("patience", "at least 1 s expected, got " + patience);
    }
  }

  private static void checkLogin(boolean tls, Sasl sasl, String user, String passwordFile) {
    boolean login = sasl != Sasl.NONE;
    if (user.isEmpty() == login) {
      throw new SettingException(
          "user", login ? "a name beside sasl expected, got none" : "sasl beside it expected");
    }
    if (passwordFile.isEmpty() == login) {
      throw new SettingException(
          "passwordFile",
          login ? "a file beside sasl expected, got none" : "sasl beside it expected");
    }
    if (sasl == Sasl.PLAIN && !tls) {
      throw new SettingException("tls", "true expected with sasl PLAIN, got false");
    }
  }

  /** Whether the server uses Kafka at all. */
  public boolean isOn() {
    return topics.any();
  }
}
