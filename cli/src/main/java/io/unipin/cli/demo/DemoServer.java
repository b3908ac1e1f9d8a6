package io.unipin.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import io.unipin.serving.checks.DirectMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own, on free loopback ports. */
public final class DemoServer implements AutoCloseable {
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
   * @param config file with the base settings, null for the defaults
   * @param work folder for the server's log, ports, histories and put items
   */
  public static DemoServer start(Home home, @Nullable Path config, Path bundle, Path work)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("serve", "--bundle", bundle.toString()));
    if (config != null) {
      arguments.addAll(List.of("--config", config.toString()));
    }
    for (String setting :
        List.of(
            "server.port=0",
            "server.adminPort=0",
            "server.metricsPort=0",
            "console.enabled=true",
            "console.port=0",
            "history.folder=\"" + work.resolve("history") + '"',
            "items.folder=\"" + work.resolve("items") + '"',
            "servedLog.enabled=true",
            "servedLog.folder=\"" + work.resolve("served") + '"')) {
      arguments.addAll(List.of("--set", setting));
    }
    DirectMemory.settingsThatFit(DirectMemory.maxBytes())
        .forEach(setting -> arguments.addAll(List.of("--set", setting)));
    Path ports = work.resolve("ports.json");
    Files.deleteIfExists(ports);
    Path output = work.resolve("server.log");
    arguments.addAll(List.of("--ports", ports.toString()));
    ChildProcess process = ChildProcess.start(home, arguments, output);
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

  public String address() {
    return "127.0.0.1:" + ports.get("port").asInt();
  }

  public String adminAddress() {
    return "127.0.0.1:" + ports.get("adminPort").asInt();
  }

  /** Returns the address of the console, without a path. */
  public String console() {
    return "http://127.0.0.1:" + ports.get("consolePort").asInt();
  }

  String metrics() {
    return "http://127.0.0.1:" + ports.get("metricsPort").asInt() + "/metrics";
  }

  public long pid() {
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
