package io.unipin.benchmarks.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/**
 * A Kafka broker in a process of its own, on free loopback ports. The process runs on this JVM's
 * class path. The broker keeps its data when the process is killed and started again. Not
 * thread-safe.
 */
public final class KafkaServer implements AutoCloseable {
  private static final String ACTIONS = "actions";
  private static final int PARTITIONS = 6;

  private final EngineProcess process;

  private KafkaServer(EngineProcess process) {
    this.process = process;
  }

  /**
   * Starts a broker that has no topics and keeps its files below a folder. Waits until its port is
   * open. The first call of an {@link Admin} then waits until the broker answers.
   */
  public static KafkaServer start(Path folder) throws IOException, InterruptedException {
    int port = EngineProcess.freePort();
    int controller = EngineProcess.freePort();
    Path data = Files.createDirectories(folder.resolve("data"));
    Path config = folder.resolve("server.properties");
    Files.writeString(config, properties(port, controller, data));
    Files.writeString(
        data.resolve("meta.properties"),
        "version=1\ncluster.id=%s\nnode.id=1\ndirectory.id=%s\n"
            .formatted(Uuid.randomUuid(), Uuid.randomUuid()));
    Path logging = folder.resolve("logback.xml");
    Files.writeString(
        logging,
        "<configuration><appender name='out' class='ch.qos.logback.core.ConsoleAppender'><encoder>"
            + "<pattern>%d %level %logger %msg%n</pattern></encoder></appender>"
            + "<root level='WARN'><appender-ref ref='out'/></root></configuration>");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dlogback.configurationFile=" + logging);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("kafka.Kafka", config.toString()));
    EngineProcess process = new EngineProcess("Kafka", command, port, folder.resolve("broker.log"));
    process.start();
    return new KafkaServer(process);
  }

  private static String properties(int port, int controller, Path data) {
    return String.join(
        "\n",
        "process.roles=broker,controller",
        "node.id=1",
        "controller.quorum.voters=1@127.0.0.1:" + controller,
        "listeners=PLAINTEXT://127.0.0.1:%s,CONTROLLER://127.0.0.1:%s".formatted(port, controller),
        "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names=CONTROLLER",
        "inter.broker.listener.name=PLAINTEXT",
        // A broker that was killed and started again must wait until the broker's earlier session
        // expires at the controller. By default, this takes nine seconds.
        "broker.session.timeout.ms=2000",
        "broker.heartbeat.interval.ms=500",
        "log.dirs=" + data,
        "auto.create.topics.enable=false",
        "offsets.topic.replication.factor=1",
        "offsets.topic.num.partitions=1",
        "group.initial.rebalance.delay.ms=0",
        "num.network.threads=2",
        "num.io.threads=2",
        "log.cleaner.dedupe.buffer.size=8388608",
        "");
  }

  /** Returns the process, which can be killed and started again. */
  public EngineProcess process() {
    return process;
  }

  /** Returns the address, such as {@code 127.0.0.1:9092}. */
  public String address() {
    return process.address();
  }

  /** Creates a topic of a number of partitions, with settings such as {@code cleanup.policy}. */
  public void createTopic(String name, int partitions, Map<String, String> settings)
      throws IOException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IOException("Kafka: a topic " + name + " expected", e.getCause());
    }
  }

  /**
   * Creates the topics of a fleet, and returns the settings with which the fleet's replicas use
   * these topics. There are topics for actions, dead letters, served pages and exposures.
   */
  public List<String> topics() throws IOException, InterruptedException {
    createTopic(ACTIONS, PARTITIONS, Map.of());
    createTopic("dead-letters", 1, Map.of());
    createTopic("served", PARTITIONS, Map.of());
    createTopic("exposures", PARTITIONS, Map.of());
    return List.of(
        "kafka.servers=\"" + address() + '"',
        "kafka.topics.actions=" + ACTIONS,
        "kafka.topics.deadLetters=dead-letters",
        "kafka.topics.served=served",
        "kafka.topics.exposures=exposures");
  }

  @Override
  public void close() {
    process.close();
  }
}
