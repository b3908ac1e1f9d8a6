package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests floods of hostile HTTP requests. Other clients must get their pages meanwhile, and the
 * server must free all memory afterwards.
 */
@Timeout(300)
final class JsonFloodTest {
  private static final int BYTES = (1 << 20) - 64;
  private static final int REQUESTS = 100;
  private static final int HALF_OPEN = 400;
  private static final long MAX_KEPT = 64L << 20;
  private static final String PAGE = "{\"user\":{\"userId\":\"u\"}}";

  @TempDir Path folder;

  @Test
  void flood_leavesNoMemoryTakenAndPagesGoOn() throws Exception {
    TinyServer.publish(folder);
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.add("json.enabled=true");
    List<String> options = List.of("-Xmx512m", "-XX:NativeMemoryTracking=summary");
    ExecutorService callers = Executors.newFixedThreadPool(REQUESTS);
    try (ServerProcess server = ServerProcess.start(folder, options, settings)) {
      JsonClient own = new JsonClient("http://127.0.0.1:" + server.jsonPort());
      page(own);
      JvmMemory rest = JvmMemory.of(server.pid());
      Map<String, Integer> statuses = new LinkedHashMap<>();
      for (Map.Entry<String, byte[]> hostile : bodies().entrySet()) {
        List<Future<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
          calls.add(callers.submit(() -> post(server.jsonPort(), hostile.getValue())));
        }
        do {
          page(own);
        } while (!calls.stream().allMatch(Future::isDone));
        for (Future<Integer> call : calls) {
          assertThat(call.get()).as(hostile.getKey()).isIn(0, 400, 413, 429);
          statuses.merge(hostile.getKey() + " " + call.get(), 1, Integer::sum);
        }
      }
      JvmMemory after = JvmMemory.of(server.pid());
      assertThat(after.total() - rest.total())
          .as("%s, at rest %s; %s", after, rest, statuses)
          .isLessThanOrEqualTo(MAX_KEPT);
      assertThat(server.output()).doesNotContain("OutOfMemory").doesNotContain("ERROR");
    } finally {
      callers.shutdownNow();
    }
  }

  /** Opens more connections than the port holds, each with an unfinished request. */
  @Test
  void halfOpenConnections_keepNobodyOut() throws Exception {
    List<Socket> open = new ArrayList<>();
    String head = "POST /v1/EraseUser HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
    try (TinyServer server =
        TinyServer.start(folder, "json.enabled=true", "json.connections=150")) {
      int port = Integer.parseInt(server.json().replaceAll(".*:", ""));
      JsonClient own = new JsonClient(server.json());
      for (int i = 0; i < HALF_OPEN; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(socket);
        if (i % 3 > 0) {
          String more = i % 30 == 1 ? "Content-Length: 100\r\n\r\n{" : "";
          write(socket, head + more);
        }
        if (i % 50 == 0) {
          page(own);
        }
      }
      page(own);
      page(new JsonClient(server.json()));
      assertThat(server.metric("unipin_json_connections")).isLessThanOrEqualTo(150);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    } catch (SocketException e) {
      // the server has closed this connection in favour of another one
    }
  }

  private static void page(JsonClient client) throws Exception {
    int status = 0;
    while (status != 200) {
      status = client.call("RetrieveAndRank", PAGE).status();
      assertThat(status).isIn(200, 429);
    }
  }

  /** Sends a body and returns the status; 0 if the server closed the connection first. */
  private static int post(int port, byte[] body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      String head =
          "POST /v1/RetrieveAndRank HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + body.length
              + "\r\nConnection: close\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(body);
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return answer.length() < 12 ? 0 : Integer.parseInt(answer.substring(9, 12));
    } catch (SocketException e) {
      return 0;
    }
  }

  private static Map<String, byte[]> bodies() {
    Map<String, byte[]> bodies = new LinkedHashMap<>();
    bodies.put("numbers", filled("{\"preferences\":{\"excludedItemIds\":[1", ",1"));
    bodies.put("texts", filled("{\"preferences\":{\"categories\":[\"\"", ",\"\""));
    bodies.put("actions", filled("{\"user\":{\"history\":{\"actions\":[{}", ",{}"));
    bodies.put("map", map());
    bodies.put("nesting", filled("", "["));
    bodies.put("objects", filled("", "{\"user\":"));
    bodies.put("one text", filled("{\"requestId\":\"", "é"));
    bodies.put("one number", filled("{\"pageSize\":1", "0"));
    bodies.put("blanks", filled("", " "));
    byte[] noText = new byte[BYTES];
    Arrays.fill(noText, (byte) 0xff);
    bodies.put("no text", noText);
    bodies.put("more than a request may have", filled("{\"requestId\":\"", "x".repeat(4)));
    byte[] large = new byte[4 * BYTES];
    Arrays.fill(large, (byte) '1');
    bodies.put("large", large);
    return bodies;
  }

  /** Returns a JSON text that consists of {@code start} and many equal parts. */
  private static byte[] filled(String start, String part) {
    int times = (BYTES - start.length()) / part.getBytes(StandardCharsets.UTF_8).length;
    return (start + part.repeat(times)).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] map() {
    StringBuilder text = new StringBuilder("{\"preferences\":{\"outcomes\":{\"a\":1");
    for (int i = 0; text.length() < BYTES - 20; i++) {
      text.append(",\"").append(Integer.toString(i, 36)).append("\":1");
    }
    return text.append("}}}").toString().getBytes(StandardCharsets.UTF_8);
  }
}
