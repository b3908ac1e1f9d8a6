package io.unipin.benchmarks.cluster;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server program that others wrote, as a process on a loopback port. It can be killed and started
 * again on the same port. It ends when this JVM ends. Not thread-safe.
 */
final class EngineProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int CONNECT_MILLIS = 500;
  private static final long POLL_MILLIS = 50;

  private final String name;
  private final List<String> command;
  private final int port;
  private final Path output;
  private final Thread stopper = new Thread(this::stop);
  private volatile @Nullable Process process;
  private boolean kept;

  /**
   * Prepares a process.
   *
   * @param port the port that the program opens once it serves
   * @param output file to which the program's output is appended
   */
  EngineProcess(String name, List<String> command, int port, Path output) {
    this.name = name;
    this.command = List.copyOf(command);
    this.port = port;
    this.output = output;
    Runtime.getRuntime().addShutdownHook(stopper);
  }

  /** Returns a loopback port that nothing uses at the moment. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts the program and waits until its port is open. */
  void start() throws IOException, InterruptedException {
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.appendTo(output.toFile()))
            .start();
    process = started;
    long end = System.nanoTime() + START.toNanos();
    while (!isOpen()) {
      if (started.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IOException(name + " ended: " + lastLine());
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException(name + " does not open its port within " + START);
      }
    }
  }

  private String lastLine() throws IOException {
    List<String> lines = Files.readAllLines(output);
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  private boolean isOpen() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** Returns the address, such as {@code 127.0.0.1:6379}. */
  String address() {
    return "127.0.0.1:" + port;
  }

  long pid() {
    return running().pid();
  }

  private Process running() {
    Process now = process;
    if (now == null) {
      throw new IllegalStateException(name + ": a started process expected, got none");
    }
    return now;
  }

  /** Ends the process by SIGKILL and waits for its end. */
  void kill() throws InterruptedException {
    running().destroyForcibly().waitFor();
  }

  /** Makes the process go on running when this JVM ends. */
  void keep() {
    kept = true;
    Runtime.getRuntime().removeShutdownHook(stopper);
  }

  private void stop() {
    Process now = process;
    if (now == null) {
      return;
    }
    now.destroy();
    try {
      if (!now.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        now.destroyForcibly();
      }
    } catch (InterruptedException e) {
      now.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException e) {
      return; // the JVM is already ending and runs the hook
    }
  }
}
