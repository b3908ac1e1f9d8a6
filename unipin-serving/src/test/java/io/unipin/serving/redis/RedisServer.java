package io.unipin.serving.redis;

import io.unipin.serving.redis.RedisPlace.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@code redis-server} for a test, on a free port of the loopback address. A test can kill it,
 * and start it again on the same port.
 */
public final class RedisServer implements AutoCloseable {
  static final String PROGRAM = "redis-server";
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Path folder;
  private final int port;
  private final boolean tls;
  private final List<String> options;
  private Process process;

  private RedisServer(Path folder, int port, boolean tls, List<String> options) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.port = port;
    this.tls = tls;
    this.options = options;
    this.process = launch();
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param folder folder for the server's files; no other server may use this folder
   * @param options options of the program, such as {@code --appendonly yes}
   */
  public static RedisServer start(Path folder, String... options) {
    return begin(folder, false, options);
  }

  /** Starts a server that accepts only TLS, and returns once its port is open. */
  static RedisServer startWithTls(Path folder, Path certificate, Path key, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--tls-cert-file", certificate.toString()));
    all.addAll(List.of("--tls-key-file", key.toString(), "--tls-auth-clients", "no"));
    return begin(folder, true, all.toArray(String[]::new));
  }

  private static RedisServer begin(Path folder, boolean tls, String... options) {
    try {
      RedisServer server = new RedisServer(folder, freePort(), tls, List.of(options));
      server.awaitAnswer();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns a free port below 55,000, because a cluster node also uses the port 10,000 above its
   * own.
   */
  public static int freePort() throws IOException {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (socket.getLocalPort() < 55_000) {
          return socket.getLocalPort();
        }
      }
    }
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>(List.of(PROGRAM, "--bind", "127.0.0.1"));
    command.addAll(List.of("--dir", folder.toString(), "--save", "", "--daemonize", "no"));
    command.addAll(
        tls
            ? List.of("--port", "0", "--tls-port", String.valueOf(port))
            : List.of("--port", String.valueOf(port)));
    command.addAll(options);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(folder.resolve("redis-server.log").toFile()))
        .start();
  }

  private void awaitAnswer() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        String log = log();
        close();
        throw new IllegalStateException("redis-server expected to answer:\n" + log);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean answers() {
    if (tls) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return socket.isConnected();
      } catch (IOException e) {
        return false;
      }
    }
    try {
      String answer = command("PING");
      return answer.startsWith("+PONG") || answer.startsWith("-NOAUTH");
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /**
   * Sends an inline command over a new connection. Returns the first line of the answer. If this
   * line is only a length, returns the second line.
   */
  public String command(String text) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String line = String.valueOf(in.readLine());
      return line.startsWith("$") && !line.equals("$-1") ? String.valueOf(in.readLine()) : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a field of a section of INFO; empty if there is no such field. */
  public String infoField(String section, String name) {
    return field("INFO " + section, name);
  }

  /** Returns a field of an answer whose lines are {@code name:value}; empty if there is none. */
  String field(String command, String name) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      int left = Integer.parseInt(String.valueOf(in.readLine()).substring(1));
      while (left > 0) {
        String line = String.valueOf(in.readLine());
        left -= line.length() + 2;
        if (line.startsWith(name + ":")) {
          return line.substring(name.length() + 1);
        }
      }
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public String uri() {
    return (tls ? "rediss" : "redis") + "://127.0.0.1:" + port;
  }

  /** Returns the settings of a connection to this server. */
  public RedisPlace place() {
    return place(uri(), false);
  }

  /** Returns settings of a connection without TLS, user and password. */
  public static RedisPlace place(String uri, boolean cluster) {
    return new RedisPlace(uri, cluster, "", "", "", Duration.ofSeconds(2), Duration.ofSeconds(1));
  }

  Node node() {
    return new Node("127.0.0.1", port);
  }

  public Path folder() {
    return folder;
  }

  public String log() {
    try {
      return Files.readString(folder.resolve("redis-server.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the process at once, as kill -9 does. Its files stay. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** Sends a signal such as STOP or CONT to the process. */
  public void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the server again on the same port and with the same files. */
  public void startAgain() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitAnswer();
  }

  private void await() {
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    await();
  }
}
