package io.unipin.tests;

import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sends arbitrary bytes to the metrics port and the console port, as a client would.
 *
 * <p>An even first byte selects the metrics port, and an odd first byte selects the console port.
 * All other bytes are sent unchanged. The answer must come in time, and its status must never be
 * 5xx.
 */
public final class HttpTarget implements FuzzTarget {
  private static final int WAIT_MS = 10_000;
  private static final byte METRICS = 0;
  private static final byte CONSOLE = 1;

  private final ScratchFolder scratch;
  private final TinyServer server;
  private final int consolePort;

  private HttpTarget(ScratchFolder scratch, TinyServer server) {
    this.scratch = scratch;
    this.server = server;
    this.consolePort = URI.create(server.console()).getPort();
  }

  public static FuzzTarget start() throws IOException {
    ScratchFolder scratch = ScratchFolder.create();
    return new HttpTarget(scratch, TinyServer.start(scratch.path()));
  }

  @Override
  public Map<String, byte[]> seeds() {
    Map<String, byte[]> seeds = new TreeMap<>();
    seeds.put("metrics", request(METRICS, "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"));
    seeds.put("healthz", request(METRICS, "GET /healthz HTTP/1.0\r\n\r\n"));
    seeds.put("page", request(CONSOLE, "GET / HTTP/1.1\r\n" + host() + "\r\n"));
    for (String path :
        new String[] {
          "status", "cache", "tiers", "bundles", "experiments", "items", "live?after=0"
        }) {
      String name = path.replaceAll("\\W.*", "");
      seeds.put(name, request(CONSOLE, "GET /api/" + path + " HTTP/1.1\r\n" + host() + "\r\n"));
    }
    seeds.put("inspect", post("inspect", "{\"user\":\"u\",\"pageSize\":5}"));
    seeds.put("lookup", post("lookup", "{\"user\":\"u\"}"));
    seeds.put("erase", post("erase", "{\"user\":\"u\"}"));
    seeds.put("recall", post("recall", "{\"queries\":4,\"k\":5}"));
    seeds.put("act", post("act", "{\"user\":\"u\",\"item\":5000,\"actions\":[\"click\"]}"));
    seeds.put("retract", post("retract", "{\"user\":\"u\",\"event\":\"e\"}"));
    seeds.put("put", post("put", "{\"item\":{\"id\":\"9000\",\"content\":[0.5]}}"));
    seeds.put("hide", post("hide", "{\"item\":5001}"));
    seeds.put("restore", post("restore", "{\"item\":5001}"));
    seeds.put("load", post("load", "{\"bundle\":\"none\"}"));
    return seeds;
  }

  private String host() {
    return "Host: 127.0.0.1:" + consolePort + "\r\n";
  }

  private byte[] post(String path, String body) {
    return request(
        CONSOLE,
        "POST /api/%s HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(path, host(), body.length(), body));
  }

  private static byte[] request(byte port, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    byte[] input = new byte[1 + ascii.length];
    input[0] = port;
    System.arraycopy(ascii, 0, input, 1, ascii.length);
    return input;
  }

  @Override
  public void run(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    int port = input[0] % 2 == 0 ? server.metricsPort() : consolePort;
    byte[] answer = exchange(port, Arrays.copyOfRange(input, 1, input.length));
    String first = new String(answer, 0, Math.min(answer.length, 12), StandardCharsets.US_ASCII);
    if (first.startsWith("HTTP/1.1 5")) {
      throw new IllegalStateException("no status of a defect expected, got " + first);
    }
  }

  /**
   * Sends a request and returns the answer. The server closes the connection once it has read the
   * end of the request.
   */
  private static byte[] exchange(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(WAIT_MS);
      // frees the local port at once; otherwise thousands of calls would use up the ports
      socket.setSoLinger(true, 0);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), WAIT_MS);
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
        return socket.getInputStream().readAllBytes();
      } catch (SocketException e) { // a reset also counts as an answer
        return new byte[0];
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    scratch.close();
  }
}
