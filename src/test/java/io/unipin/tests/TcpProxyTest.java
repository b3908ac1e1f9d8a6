package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.benchmarks.faults.Fault;
import io.unipin.benchmarks.faults.FaultPlan;
import io.unipin.benchmarks.faults.TcpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TcpProxyTest {
  private static final Duration DELAY = Duration.ofMillis(100);

  private ServerSocket echo;
  private TcpProxy proxy;

  @BeforeEach
  void open() throws IOException {
    echo = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread server = new Thread(this::serve);
    server.setDaemon(true);
    server.start();
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), echo.getLocalPort());
    proxy = TcpProxy.open(target, DELAY, 1);
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    echo.close();
  }

  /** Sends every received byte back. */
  private void serve() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        Thread connection =
            new Thread(
                () -> {
                  try (socket) {
                    socket.getInputStream().transferTo(socket.getOutputStream());
                  } catch (IOException e) {
                    // The connection was reset.
                  }
                });
        connection.setDaemon(true);
        connection.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Sends a byte and returns the byte that comes back; -1 at the end of the connection. */
  private static int exchange(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    return socket.getInputStream().read();
  }

  @Test
  void none_passesBytesOn() throws IOException {
    try (Socket socket = connect()) {
      assertThat(exchange(socket, 7)).isEqualTo(7);
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void delay_holdsBytesBack() throws IOException {
    try (Socket socket = connect()) {
      assertThat(exchange(socket, 1)).isEqualTo(1);
      proxy.set(Fault.DELAY);
      long begin = System.nanoTime();
      for (int i = 0; i < 5; i++) {
        assertThat(exchange(socket, i)).isEqualTo(i);
      }
      // There are ten delays with a mean of 100 ms. The seed makes their sum the same in each run.
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(DELAY.multipliedBy(4));
      proxy.set(Fault.NONE);
      assertThat(exchange(socket, 9)).isEqualTo(9);
    }
  }

  @Test
  void halfOpen_isSilentUntilItEnds() throws IOException {
    try (Socket socket = connect()) {
      assertThat(exchange(socket, 1)).isEqualTo(1);
      proxy.set(Fault.HALF_OPEN);
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> exchange(socket, 2)).isInstanceOf(SocketTimeoutException.class);
      try (Socket second = connect()) {
        second.setSoTimeout(200);
        assertThatThrownBy(() -> exchange(second, 3)).isInstanceOf(SocketTimeoutException.class);
      }
      proxy.set(Fault.NONE);
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void cut_endsConnectionsAndNewOnes() throws IOException {
    try (Socket socket = connect()) {
      assertThat(exchange(socket, 1)).isEqualTo(1);
      proxy.set(Fault.CUT);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    try (Socket socket = connect()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    proxy.set(Fault.NONE);
    try (Socket socket = connect()) {
      assertThat(exchange(socket, 5)).isEqualTo(5);
    }
  }

  @Test
  void reset_resetsConnections() throws IOException {
    try (Socket socket = connect()) {
      assertThat(exchange(socket, 1)).isEqualTo(1);
      proxy.set(Fault.RESET);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void plan_ofASeed_isAlwaysTheSame() {
    Duration shortest = Duration.ofMillis(10);
    Duration longest = Duration.ofMillis(30);
    FaultPlan plan = FaultPlan.of(3, 12, 2, shortest, longest);
    assertThat(plan).isEqualTo(FaultPlan.of(3, 12, 2, shortest, longest));
    assertThat(plan).isNotEqualTo(FaultPlan.of(4, 12, 2, shortest, longest));
    assertThat(plan.steps())
        .allSatisfy(step -> assertThat(step.time()).isBetween(shortest, longest));
    for (int first = 0; first < 12; first += 4) {
      assertThat(plan.steps().subList(first, first + 4))
          .extracting(FaultPlan.Step::fault)
          .containsExactlyInAnyOrder(Fault.DELAY, Fault.CUT, Fault.HALF_OPEN, Fault.RESET);
    }
  }
}
