package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.benchmarks.engines.EngineProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of a proxy with a shipped configuration. Only addresses and folders are changed. */
final class ProxyProcess implements AutoCloseable {
  private static final Path SHIPPED = Path.of(System.getProperty("unipin.root"), "docker", "proxy");
  private static final long START_SECONDS = 20;

  private final Process process;
  private final String reloadSignal;
  private final int port;

  private ProxyProcess(Process process, String reloadSignal, int port) {
    this.process = process;
    this.reloadSignal = reloadSignal;
    this.port = port;
  }

  /** Starts nginx in front of servers. A server is {@code host:port}. */
  static ProxyProcess nginx(Path folder, List<String> servers) throws Exception {
    int port = EngineProcess.freePort();
    String text = Files.readString(SHIPPED.resolve("nginx.conf"));
    String named = "server unipin-0:9090 max_fails=1 fail_timeout=1s;";
    StringBuilder upstream = new StringBuilder();
    servers.forEach(server -> upstream.append(named.replace("unipin-0:9090", server)).append('\n'));
    StringBuilder temporary = new StringBuilder("access_log off;\n");
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      temporary.append("%s_temp_path %s;%n".formatted(kind, folder.resolve(kind)));
    }
    String config =
        text.replace(named, upstream)
            .replaceAll(" *server unipin-[12]:9090.*\n", "")
            .replace("listen 9090 http2", "listen 127.0.0.1:" + port + " http2")
            .replace("/run/nginx.pid", folder.resolve("nginx.pid").toString())
            .replace("access_log off;", temporary);
    assertThat(config).contains(servers).contains(":" + port + " ").doesNotContain("unipin-");
    Path file = Files.writeString(folder.resolve("nginx.conf"), config);
    return start(folder, "-HUP", port, "nginx", "-c", file.toString(), "-g", "daemon off;");
  }

  /**
   * Starts HAProxy in front of servers.
   *
   * @param health the port of each server on which {@code /healthz} answers
   */
  static ProxyProcess haproxy(Path folder, List<String> servers, List<Integer> health)
      throws Exception {
    int port = EngineProcess.freePort();
    String text = Files.readString(SHIPPED.resolve("haproxy.cfg"));
    String named =
        "  server unipin-0 unipin-0:9090 proto h2 check check-proto h1 port 9092"
            + " inter 500ms fall 2 rise 1";
    assertThat(text).contains(named);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      lines.add(
          named
              .replace("unipin-0:9090", servers.get(i))
              .replace("unipin-0", "unipin-" + i)
              .replace("port 9092", "port " + health.get(i)));
    }
    String config =
        text.replaceAll("(?m)^  server unipin-[12] .*\n", "")
            .replace(named, String.join("\n", lines))
            .replace("bind :9090", "bind 127.0.0.1:" + port);
    assertThat(config).contains(servers).contains(":" + port + " ").doesNotContain("unipin-1:");
    Path file = Files.writeString(folder.resolve("haproxy.cfg"), config);
    return start(folder, "-USR2", port, "haproxy", "-W", "-f", file.toString());
  }

  private static ProxyProcess start(Path folder, String signal, int port, String... command)
      throws Exception {
    Path log = folder.resolve("proxy.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    ProxyProcess proxy = new ProxyProcess(process, signal, port);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!proxy.isOpen()) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() - end > 0) {
        proxy.close();
        throw new IllegalStateException("the proxy did not start: " + Files.readString(log));
      }
    }
    return proxy;
  }

  private boolean isOpen() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Makes the proxy reload its configuration while it serves. */
  void reload() throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", reloadSignal, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Ends the proxy with all its processes. */
  @Override
  public void close() {
    List<ProcessHandle> workers = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    workers.forEach(ProcessHandle::destroyForcibly);
  }
}
