package io.unipin.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a separate process. It serves the bundles of {@link TinyServer}. */
final class ServerProcess implements AutoCloseable {
  private static final long START_SECONDS = 120;

  /** A script that starts a JVM as {@code ./unipin} does. The JVM replaces the shell. */
  private static final String LAUNCH =
      ". \"$0\"; launch_environment 1 \"${DJL_CACHE_DIR:-$HOME/.djl.ai}\"; java=$1; shift;"
          + " exec \"$java\" $(launch_options) \"$@\"";

  private static final Path ENVIRONMENT =
      Path.of(System.getProperty("unipin.root"), "bin", "env.sh");

  private final Process process;
  private final Path output;
  private final JsonNode ports;

  private ServerProcess(Process process, Path output, JsonNode ports) {
    this.process = process;
    this.output = output;
    this.ports = ports;
  }

  /** Starts a server with the bundles in a folder, and waits until it serves. */
  static ServerProcess start(Path folder, List<String> settings) throws Exception {
    return start(folder, List.of("-Xmx256m"), settings);
  }

  /**
   * Starts a server with the bundles in a folder and with options for its JVM. Waits until it
   * serves.
   */
  static ServerProcess start(Path folder, List<String> options, List<String> settings)
      throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", LAUNCH, ENVIRONMENT.toString()));
    command.addAll(List.of(java.toString(), "-XX:+UseSerialGC"));
    command.addAll(options);
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.unipin.cli.Main", "serve"));
    settings.forEach(setting -> command.addAll(List.of("--set", setting)));
    Path ports = folder.resolve("ports.json");
    Files.deleteIfExists(ports);
    command.addAll(List.of("--ports", ports.toString()));
    Path output = folder.resolve("server.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ready = false;
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
      while (!Files.exists(ports)) {
        if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() - end > 0) {
          throw new IllegalStateException("the server did not start: " + Files.readString(output));
        }
      }
      JsonNode read = new ObjectMapper().readTree(ports.toFile());
      ready = true;
      return new ServerProcess(process, output, read);
    } finally {
      if (!ready) {
        process.destroyForcibly();
      }
    }
  }

  String address() {
    return "127.0.0.1:" + ports.path("port").asInt();
  }

  int jsonPort() {
    return ports.path("jsonPort").asInt();
  }

  int metricsPort() {
    return ports.path("metricsPort").asInt();
  }

  long pid() {
    return process.pid();
  }

  /** Sends SIGTERM to the server, and does not wait for its end. */
  void terminate() {
    process.destroy();
  }

  /** Waits for the server's end and returns its exit code. */
  int awaitEnd() throws InterruptedException {
    return process.waitFor();
  }

  /** Returns all that the server has printed so far. */
  String output() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
