package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Checks that the files of the fleet in {@code docker/fleet} fit each other and the server. */
final class FleetFilesTest {
  private static final Path FOLDER = Path.of(System.getProperty("unipin.root"), "docker", "fleet");

  private static JsonNode compose() throws IOException {
    return new YAMLMapper().readTree(FOLDER.resolve("compose.yaml").toFile());
  }

  private static ServerConfig settings() {
    return ConfigReader.read(FOLDER.resolve("server.yaml"), Map.of(), List.of());
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
  void files_thatTheServicesMount_areThere() throws IOException {
    TreeSet<String> mounted = new TreeSet<>();
    for (JsonNode service : compose().path("services")) {
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asText().replaceFirst(":.*", "");
        if (source.startsWith(".") && !source.equals("./bundles")) {
          assertThat(FOLDER.resolve(source)).exists();
          mounted.add(source);
        } else if (!source.startsWith(".")) {
          assertThat(compose().path("volumes").has(source)).as(source).isTrue();
        }
      }
    }
    assertThat(mounted).hasSizeGreaterThan(3);
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
  void settings_nameTheServicesAndTopicsOfTheFleet() throws IOException {
    ServerConfig config = settings();
    JsonNode compose = compose();
    assertThat(config.redis().uri()).isEqualTo("redis://redis:6379");
    assertThat(compose.path("services").has("redis")).isTrue();
    assertThat(config.kafka().servers()).isEqualTo("kafka:9092");
    String topics = compose.at("/services/topics/command/0").asText();
    assertThat(topics)
        .contains(
            config.kafka().topics().actions() + " ",
            config.kafka().topics().deadLetters() + " ",
            config.kafka().topics().served() + " ",
            config.kafka().topics().exposures() + ";",
            "--topic " + config.kafka().topics().items() + " ",
            "--topic " + config.kafka().topics().erasures() + " ");
    for (String file : List.of(config.security().tokens(), config.security().secretFile())) {
      assertThat(compose.path("secrets").has(Path.of(file).getFileName().toString())).isTrue();
    }
  }
}
