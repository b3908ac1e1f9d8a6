package io.unipin.benchmarks.engines;

import io.unipin.cli.console.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A third-party server program, such as Redis, as a process on a loopback port. The process can be
 * killed and started again on the same port. It ends when this JVM ends. Not thread-safe.
 */
public final class EngineProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final int CONNECT_MILLIS = 500;

  private final String name;
  private final List<String> command;
  private final int port;
  private final Path output;
  private @Nullable ChildProcess process;

  /**
   * Prepares a process.
   *
   * @param port the port that the program opens once it serves
   * @param output file that the program's output is appended to
   */
  EngineProcess(String name, List<String> command, int port, Path output) {
    this.name = name;
    this.command = List.copyOf(command);
    this.port = port;
    this.output = output;
  }

  /** Returns a loopback port that nothing uses at the moment. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts the program and waits until its port is open. */
  public void start() throws IOException, InterruptedException {
    ChildProcess started = ChildProcess.startProgram(name, command, output);
    process = started;
    started.await(this::isOpen, output, START);
  }

  private boolean isOpen() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the port that the program opens once it serves. */
  public int port() {
    return port;
  }

  /** Returns the address, such as {@code 127.0.0.1:6379}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  private ChildProcess running() {
    ChildProcess now = process;
    if (now == null) {
      throw new IllegalStateException(name + ": a started process expected, got none");
    }
    return now;
  }

  /** Ends the process by SIGKILL and waits for its end. */
  public void kill() throws InterruptedException {
    running().kill();
    running().close();
  }

  /** Ends the process by SIGKILL, and starts it again after a while. */
  public void killFor(Duration time) throws IOException, InterruptedException {
    kill();
    Thread.sleep(time.toMillis());
    start();
  }

  /** Lets the process continue after this JVM has ended. */
  public void keep() {
    running().keep();
  }

  @Override
  public void close() {
    ChildProcess now = process;
    if (now != null) {
      now.close();
    }
  }
}
