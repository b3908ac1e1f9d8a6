package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.benchmarks.engines.EngineProcess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Prometheus process on a free port. The process uses the shipped rules and configuration, but
 * with another target and shorter intervals.
 */
final class Prometheus implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final int port;

  private Prometheus(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a Prometheus process that scrapes a port of this machine.
   *
   * @param shipped folder of the shipped configuration
   */
  static Prometheus start(Path shipped, int metricsPort, Path folder) throws IOException {
    String text = Files.readString(shipped.resolve("prometheus.yml"));
    String hasty = text.replace("unipin:9092", "127.0.0.1:" + metricsPort).replace("15s", "200ms");
    assertThat(hasty).contains("127.0.0.1:" + metricsPort, "200ms");
    Path config = Files.createDirectories(folder).resolve("prometheus.yml");
    Files.writeString(config, hasty);
    Files.copy(shipped.resolve("alerts.yml"), folder.resolve("alerts.yml"));
    int port = EngineProcess.freePort();
    Process process =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    return new Prometheus(process, port);
  }

  /** Runs one of Prometheus' tools and returns its output. The tool must succeed. */
  static String tool(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", List.of(command), output).isZero();
    return output;
  }

  /** Returns the current series of an expression. */
  JsonNode query(String expression) throws IOException, InterruptedException {
    String path = "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
    JsonNode answer = get(path);
    assertThat(answer.path("status").asText())
        .as("%s: %s", expression, answer)
        .isEqualTo("success");
    return answer.path("data").path("result");
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    return JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** Waits until Prometheus answers requests. */
  void awaitReady() throws InterruptedException {
    while (true) {
      try {
        URI uri = URI.create("http://127.0.0.1:" + port + "/-/ready");
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        assertThat(process.isAlive()).as("Prometheus runs").isTrue();
      }
      assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).as("Prometheus ended").isFalse();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
