package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the Kubernetes manifests are consistent with each other and valid for the server. */
final class KubernetesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("unipin.root"), "docker", "kubernetes");

  @TempDir Path scratch;

  private static JsonNode read(String name) throws IOException {
    return new YAMLMapper().readTree(FOLDER.resolve(name).toFile());
  }

  @Test
  void parts_selectTheReplicas() throws IOException {
    JsonNode deployment = read("deployment.yaml");
    JsonNode labels = deployment.at("/spec/template/metadata/labels");
    assertThat(labels).isNotEmpty();
    assertThat(deployment.at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(read("service.yaml").at("/spec/selector")).isEqualTo(labels);
    assertThat(read("disruption.yaml").at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(read("service.yaml").at("/spec/clusterIP").asText()).isEqualTo("None");
    JsonNode scaled = read("autoscaler.yaml").at("/spec/scaleTargetRef");
    for (String field : List.of("apiVersion", "kind")) {
      assertThat(scaled.path(field)).isEqualTo(deployment.path(field));
    }
    assertThat(scaled.path("name")).isEqualTo(deployment.at("/metadata/name"));
  }

  @Test
  void ports_areThoseOfTheServer() throws IOException {
    ServerConfig config = settings();
    Map<String, Integer> ports =
        Map.of("feed", config.server().port(), "metrics", config.server().metricsPort());
    JsonNode container = read("deployment.yaml").at("/spec/template/spec/containers/0");
    for (JsonNode port : container.path("ports")) {
      assertThat(port.path("containerPort").asInt())
          .isEqualTo(ports.get(port.path("name").asText()));
    }
    for (JsonNode port : read("service.yaml").at("/spec/ports")) {
      assertThat(port.path("port").asInt()).isEqualTo(ports.get(port.path("targetPort").asText()));
    }
    for (String probe : List.of("startupProbe", "readinessProbe")) {
      JsonNode http = container.path(probe).path("httpGet");
      assertThat(http.path("path").asText()).isEqualTo("/healthz");
      assertThat(http.path("port").asText()).isEqualTo("metrics");
    }
    assertThat(container.at("/livenessProbe/tcpSocket/port").asText()).isEqualTo("metrics");
  }

  /** Reads the settings of the ConfigMap as a server does. */
  private ServerConfig settings() throws IOException {
    Path file = scratch.resolve("server.yaml");
    Files.writeString(file, read("configmap.yaml").at("/data/server.yaml").asText());
    return ConfigReader.read(file, Map.of(), List.of());
  }

  @Test
  void settings_fitThePods() throws IOException {
    ServerConfig config = settings();
    JsonNode pod = read("deployment.yaml").at("/spec/template/spec");
    long stop = config.server().stopDelay().plus(config.server().drain()).toSeconds();
    assertThat(pod.path("terminationGracePeriodSeconds").asLong()).isGreaterThan(stop);
    List<String> mounts = new ArrayList<>();
    List<String> volumes = new ArrayList<>();
    pod.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
    for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
      mounts.add(mount.path("mountPath").asText());
      assertThat(volumes).contains(mount.path("name").asText());
    }
    assertThat(mounts)
        .contains(config.bundle().folder().toString(), "/etc/unipin/server.yaml", "/tmp");
    assertThat(Path.of(config.security().secretFile()).getParent()).isIn(paths(mounts));
    assertThat(Path.of(config.security().tokens()).getParent()).isIn(paths(mounts));
    assertThat(config.history().folder().getParent()).isIn(paths(mounts));
    // The server demands that other users of the machine cannot read the secrets.
    int mode =
        Integer.parseInt(
            Files.readString(FOLDER.resolve("deployment.yaml"))
                .replaceAll("(?s).*defaultMode: (0[0-7]+).*", "$1"),
            8);
    assertThat(mode & 07).isZero();
  }

  private static List<Path> paths(List<String> texts) {
    return texts.stream().map(Path::of).toList();
  }

  @Test
  void autoscaler_followsAMetricOfTheServer() throws IOException {
    String name = read("autoscaler.yaml").at("/spec/metrics/0/pods/metric/name").asText();
    try (ServingMetrics metrics = new ServingMetrics()) {
      metrics.watchAdmission(() -> 1, () -> 2);
      assertThat(metrics.scrape()).containsPattern("(?m)^" + name + " ");
    }
  }
}
