package io.unipin.benchmarks.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.console.ChildProcess;
import io.unipin.cli.console.Home;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, on free loopback ports.
 *
 * <p>Server and callers share the cores. The callers of a {@link BenchWorld}'s server have priority
 * over the server, so the measured times contain only the server's delays.
 */
public final class BenchServer implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final String HOST = "127.0.0.1:";
  private static final double MIB = 1 << 20;
  private static final String FLEET_HEAP = "-Xms256m -Xmx256m";

  private final ChildProcess process;
  private final JsonNode ports;
  private final HttpClient http = HttpClient.newHttpClient();

  private BenchServer(ChildProcess process, JsonNode ports) {
    this.process = process;
    this.ports = ports;
  }

  /**
   * Starts a server and waits until it serves. The server writes its log and histories into the
   * folder {@code work}.
   */
  public static BenchServer start(BenchWorld world, String bundle, Path work, List<String> settings)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(world.settings());
    all.addAll(settings);
    Map<String, String> options = Map.of("UNIPIN_JAVA_OPTIONS", world.javaOptions());
    return start(
        arguments(world.bundles().resolve(bundle), work, all),
        work,
        (arguments, output) -> ChildProcess.startBehind(Home.find(), arguments, options, output));
  }

  /**
   * Starts a server for any bundle with the usual settings. The server has the same priority as its
   * callers.
   */
  public static BenchServer beside(Path bundle, Path work)
      throws IOException, InterruptedException {
    return beside(bundle, work, List.of());
  }

  /** Starts a server as {@link #beside(Path, Path)} does, with more settings. */
  public static BenchServer beside(Path bundle, Path work, List<String> settings)
      throws IOException, InterruptedException {
    return start(
        arguments(bundle, work, settings),
        work,
        (arguments, output) -> ChildProcess.start(Home.find(), arguments, Map.of(), output));
  }

  /**
   * Starts a server on a given port, so that a server keeps its address when it is started again.
   * The server has the same priority as its callers.
   */
  public static BenchServer onPort(int port, Path bundle, Path work, List<String> settings)
      throws IOException, InterruptedException {
    Map<String, String> options = Map.of("UNIPIN_JAVA_OPTIONS", FLEET_HEAP);
    return start(
        arguments(port, bundle, work, settings),
        work,
        (arguments, output) -> ChildProcess.start(Home.find(), arguments, options, output));
  }

  private static List<String> arguments(Path bundle, Path work, List<String> settings) {
    return arguments(0, bundle, work, settings);
  }

  private static List<String> arguments(int port, Path bundle, Path work, List<String> settings) {
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            "server.port=" + port,
            "server.adminPort=0",
            "server.metricsPort=0",
            "console.enabled=false"));
    all.add("history.folder=\"" + work.resolve("history") + '"');
    all.add("kafka.spool.folder=\"" + work.resolve("spool") + '"');
    all.addAll(settings);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("serve", "--bundle", bundle.toString()));
    all.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return arguments;
  }

  /** Starts a process and sends its output to a file. */
  private interface Starter {
    ChildProcess start(List<String> arguments, Path output) throws IOException;
  }

  private static BenchServer start(List<String> arguments, Path work, Starter starter)
      throws IOException, InterruptedException {
    Files.createDirectories(work);
    Path ports = work.resolve("ports.json");
    Files.deleteIfExists(ports);
    Path output = work.resolve("server.log");
    arguments.addAll(List.of("--ports", ports.toString()));
    ChildProcess process = starter.start(arguments, output);
    boolean ready = false;
    try {
      process.awaitFile(ports, output, START);
      BenchServer server = new BenchServer(process, new ObjectMapper().readTree(ports.toFile()));
      ready = true;
      return server;
    } finally {
      if (!ready) {
        process.close();
      }
    }
  }

  public String address() {
    return HOST + ports.path("port").asInt();
  }

  public String adminAddress() {
    return HOST + ports.path("adminPort").asInt();
  }

  public ChildProcess process() {
    return process;
  }

  /** Returns the resident memory of the server's process in MiB. */
  public double residentMib() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / MIB;
      }
    }
    throw new IOException("the server has ended");
  }

  /** Returns the bytes of live objects, after a collection of the process's whole heap. */
  public double liveHeapBytes() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process collection =
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (collection.waitFor() != 0) {
      throw new IOException("the server's heap can't be collected");
    }
    return sum(metrics(), "jvm_memory_used_bytes", "area=\"heap\"");
  }

  /** Ends the process by SIGKILL. */
  public void kill() throws InterruptedException {
    process.kill();
  }

  /** Returns all metrics in Prometheus' text format. */
  public String metrics() throws IOException, InterruptedException {
    URI uri = URI.create("http://" + HOST + ports.path("metricsPort").asInt() + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Returns the sum of a metric over all of its series with labels that contain this text. */
  public static double sum(String metrics, String name, String label) {
    Matcher lines =
        Pattern.compile("(?m)^" + Pattern.quote(name) + "(\\{[^}]*})? ([-+.0-9Ee]+|NaN)$")
            .matcher(metrics);
    double sum = 0;
    while (lines.find()) {
      String labels = lines.group(1) == null ? "" : lines.group(1);
      sum += labels.contains(label) ? Double.parseDouble(lines.group(2)) : 0;
    }
    return sum;
  }

  @Override
  public void close() {
    process.close();
  }
}
