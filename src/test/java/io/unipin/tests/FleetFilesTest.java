package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.serving.kafka.KafkaTopics;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Checks that the files in {@code docker/fleet} are consistent with each other and valid for the
 * server.
 */
final class FleetFilesTest {
  private static final Path FOLDER = Path.of(System.getProperty("unipin.root"), "docker", "fleet");

  private static JsonNode compose() throws IOException {
    return new YAMLMapper().readTree(FOLDER.resolve("compose.yaml").toFile());
  }

  private static ServerConfig settings() {
    return ConfigReader.read(FOLDER.resolve("server.yaml"), Map.of(), List.of());
  }

  /** Returns the configured names of all topics. A topic with two uses is in the list twice. */
  static List<String> topics(ServerConfig config) {
    List<String> names = new ArrayList<>();
    for (RecordComponent topic : KafkaTopics.class.getRecordComponents()) {
      try {
        names.add(String.valueOf(topic.getAccessor().invoke(config.kafka().topics())));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return names;
  }

  private static List<String> replicas() throws IOException {
    List<String> replicas = new ArrayList<>();
    compose()
        .path("services")
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (name.startsWith("unipin-")) {
                replicas.add(name);
              }
            });
    return replicas;
  }

  @Test
  void volumes_thatTheServicesMount_areDeclared() throws IOException {
    int named = 0;
    for (JsonNode service : compose().path("services")) {
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asText().replaceFirst(":.*", "");
        if (!source.startsWith(".")) {
          assertThat(compose().path("volumes").has(source)).as(source).isTrue();
          named++;
        }
      }
    }
    assertThat(named).isGreaterThan(3);
  }

  @Test
  void proxyAndPrometheus_nameEveryReplica() throws IOException {
    ServerConfig config = settings();
    List<String> replicas = replicas();
    assertThat(replicas).hasSize(3);
    String proxy = Files.readString(FOLDER.resolve("../proxy/nginx.conf"));
    String prometheus = Files.readString(FOLDER.resolve("prometheus.yml"));
    for (String replica : replicas) {
      assertThat(proxy).contains("server " + replica + ":" + config.server().port() + " ");
      assertThat(prometheus).contains(replica + ":" + config.server().metricsPort() + "\"");
      JsonNode service = compose().path("services").path(replica);
      assertThat(service.path("volumes").toString())
          .contains(":" + config.bundle().folder() + ":ro");
    }
    assertThat(prometheus).contains("alerts.yml");
  }

  @Test
  void services_waitForServicesThatTheyCanWaitFor() throws IOException {
    JsonNode services = compose().path("services");
    int waits = 0;
    for (JsonNode service : services) {
      for (JsonNode name : service.path("depends_on")) {
        if (name.isTextual()) {
          assertThat(services.has(name.asText())).as(name.asText()).isTrue();
        }
      }
      JsonNode conditions = merged(service).path("depends_on");
      for (String name : names(conditions)) {
        JsonNode target = services.path(name);
        assertThat(target.isObject()).as(name).isTrue();
        String condition = conditions.path(name).path("condition").asText();
        assertThat(condition).isIn("service_healthy", "service_completed_successfully");
        assertThat(target.has("healthcheck")).isEqualTo(condition.equals("service_healthy"));
        waits++;
      }
      for (JsonNode secret : merged(service).path("secrets")) {
        assertThat(compose().path("secrets").has(secret.asText())).as(secret.asText()).isTrue();
      }
    }
    assertThat(waits).isGreaterThan(6);
  }

  /** Returns a service with the fields of {@code x-replica} that it merges by {@code <<}. */
  private static JsonNode merged(JsonNode service) throws IOException {
    if (!service.has("<<")) {
      return service;
    }
    ObjectNode merged = compose().path("x-replica").deepCopy();
    service.properties().forEach(field -> merged.set(field.getKey(), field.getValue()));
    return merged;
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    if (node.isObject()) {
      node.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }

  @Test
  void replica_hasTimeToStop_andChecksItsHealthAsTheImageDoes() throws IOException {
    ServerConfig config = settings();
    JsonNode replica = compose().path("x-replica");
    long grace = Long.parseLong(replica.path("stop_grace_period").asText().replace("s", ""));
    assertThat(config.server().stopDelay().plus(config.server().drain()).toSeconds())
        .isLessThan(grace);
    String check = replica.at("/healthcheck/test/1").asText();
    assertThat(FOLDER.resolve("..").resolve(check.replaceFirst(".*/", ""))).exists();
    assertThat(config.server().metricsPort()).as("default of docker/healthy").isEqualTo(9092);
  }

  @Test
  void settings_nameTheServicesAndTopicsOfTheFleet() throws IOException {
    ServerConfig config = settings();
    JsonNode compose = compose();
    assertThat(config.redis().uri()).isEqualTo("redis://redis:6379");
    assertThat(compose.path("services").has("redis")).isTrue();
    assertThat(config.kafka().servers()).isEqualTo("kafka:9092");
    String topics = compose.at("/services/topics/command/0").asText();
    assertThat(topics(config))
        .hasSizeGreaterThan(4)
        .allSatisfy(
            topic -> assertThat(topics).containsPattern("(in|--topic|-\\w+) " + topic + "[ ;]"));
    for (String file : List.of(config.security().tokens(), config.security().secretFile())) {
      assertThat(compose.path("secrets").has(Path.of(file).getFileName().toString())).isTrue();
    }
  }
}
