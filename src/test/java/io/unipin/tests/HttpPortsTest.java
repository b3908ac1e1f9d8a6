package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the metrics and console ports serve other clients while slow clients are connected.
 */
@Timeout(120)
final class HttpPortsTest {
  private static final int SLOW = 40;

  @TempDir Path folder;
  private TinyServer server;
  private final List<Socket> slow = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = TinyServer.start(folder, "server.metricsHost=127.0.0.1");
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : slow) {
      socket.close();
    }
    server.close();
  }

  @Test
  void unfinishedRequests_holdNobodyElseUp() throws Exception {
    int console = URI.create(server.console()).getPort();
    for (int i = 0; i < SLOW; i++) {
      unfinished(server.metricsPort());
      unfinished(console);
    }
    assertThat(status("GET", "http://127.0.0.1:" + server.metricsPort() + "/healthz"))
        .isEqualTo(200);
    assertThat(status("GET", server.console() + "api/status")).isEqualTo(200);
  }

  @Test
  void unfinishedRequest_isCutOff() throws Exception {
    Socket socket = unfinished(server.metricsPort());
    // the read returns only when the server closes the connection
    assertThat(socket.getInputStream().readAllBytes()).isEmpty();
  }

  @Test
  void head_getsTheHeadersAlone() throws Exception {
    for (String page :
        List.of(
            "http://127.0.0.1:" + server.metricsPort() + "/metrics",
            "http://127.0.0.1:" + server.metricsPort() + "/healthz",
            server.console())) {
      HttpResponse<String> head = send("HEAD", page);
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0)).isPositive();
      assertThat(status("DELETE", page)).isEqualTo(405);
    }
  }

  private Socket unfinished(int port) throws IOException {
    Socket socket = new Socket();
    slow.add(socket);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.getOutputStream().write("GET /hea".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static int status(String method, String uri) throws Exception {
    return send(method, uri).statusCode();
  }

  private static HttpResponse<String> send(String method, String uri) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
