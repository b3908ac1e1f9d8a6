package io.unipin.serving.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A server of our own on free loopback ports, in a process of its own. */
final class DemoServer implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);

  private final ChildProcess process;
  private final JsonNode ports;

  private DemoServer(ChildProcess process, JsonNode ports) {
    this.process = process;
    this.ports = ports;
  }

  /**
   * Starts a server.
   *
   * @param work gets the server's configuration, log, ports and histories
   */
  static DemoServer start(Home home, Path bundle, Path work)
      throws IOException, InterruptedException {
    Path config = work.resolve("server.yaml");
    Files.writeString(
        config,
        """
        server: {port: 0, adminPort: 0, metricsPort: 0}
        bundle: {folder: "%s", name: %s}
        history: {folder: "%s"}
        servedLog: {enabled: true, folder: "%s"}
        page: {size: 10}
        """
            .formatted(
                bundle.getParent(),
                bundle.getFileName(),
                work.resolve("history"),
                work.resolve("served")));
    Path ports = work.resolve("ports.json");
    Files.deleteIfExists(ports);
    Path output = work.resolve("server.log");
    ChildProcess process =
        ChildProcess.start(
            home,
            List.of("serve", "--config", config.toString(), "--ports", ports.toString()),
            output);
    boolean ready = false;
    try {
      process.awaitFile(ports, output, START);
      DemoServer server = new DemoServer(process, new ObjectMapper().readTree(ports.toFile()));
      ready = true;
      return server;
    } finally {
      if (!ready) {
        process.close();
      }
    }
  }

  String address() {
    return "127.0.0.1:" + ports.get("port").asInt();
  }

  String metrics() {
    return "http://127.0.0.1:" + ports.get("metricsPort").asInt() + "/metrics";
  }

  long pid() {
    return process.pid();
  }

  void keep() {
    process.keep();
  }

  @Override
  public void close() {
    process.close();
  }
}
