package io.unipin.benchmarks.cluster;

import io.unipin.benchmarks.engines.EngineProcess;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.client.UniPinAdminClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server of the fleet, in a process of its own. It keeps its port and its folder when it is
 * started again, so that clients know it by the same name. Not thread-safe.
 */
final class ReplicaProcess implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(30);

  private final Path work;
  private final int port;
  private final List<String> settings;
  private @Nullable BenchServer server;

  /**
   * Prepares a replica.
   *
   * @param work folder of the replica's log and files
   * @param settings settings beside ports and folders, such as {@code cache.budget=64MiB}
   */
  ReplicaProcess(Path work, List<String> settings) throws IOException {
    this.work = work;
    this.settings = List.copyOf(settings);
    port = EngineProcess.freePort();
  }

  /** Starts the server with a bundle, and waits until it serves. */
  void start(Path bundle) throws IOException, InterruptedException {
    server = BenchServer.onPort(port, bundle, work, settings);
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /**
   * Returns the running server.
   *
   * @throws IllegalStateException when the replica was not started
   */
  BenchServer server() {
    BenchServer now = server;
    if (now == null) {
      throw new IllegalStateException("a started replica expected");
    }
    return now;
  }

  /** Lets the running server serve the bundle of this name from now on. */
  void swap(String bundle) {
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server().adminAddress())) {
      admin.loadBundle(bundle);
    }
  }

  /** Ends the process by SIGKILL. */
  void kill() throws InterruptedException {
    server().kill();
    server().close();
  }

  /** Ends the process by SIGTERM and waits for its end. */
  void stop() throws InterruptedException {
    server().process().terminate();
    if (!server().process().awaitEnd(STOP)) {
      throw new IllegalStateException("the replica's end expected within " + STOP);
    }
    server().close();
  }

  void keep() {
    server().process().keep();
  }

  @Override
  public void close() {
    BenchServer now = server;
    if (now != null) {
      now.close();
    }
  }
}
