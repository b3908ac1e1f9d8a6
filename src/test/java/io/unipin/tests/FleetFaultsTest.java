package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.benchmarks.faults.FaultPlan;
import io.unipin.benchmarks.faults.TcpProxy;
import io.unipin.client.ReplicaStatus;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the client of a fleet while the network to two real servers is disturbed. */
@Timeout(180)
final class FleetFaultsTest {
  private static final long SEED = 26;
  private static final int CALLERS = 3;

  @TempDir Path folder;

  private static TcpProxy before(TinyServer server, long seed) throws Exception {
    int port = Integer.parseInt(server.address().replaceFirst(".*:", ""));
    InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return TcpProxy.open(target, Duration.ofMillis(20), seed);
  }

  private static String addresses(List<TcpProxy> proxies) {
    return proxies.stream()
        .map(proxy -> "127.0.0.1:" + proxy.port())
        .collect(Collectors.joining(","));
  }

  /**
   * Each fault disturbs the connections to only one server, so the other server can always answer.
   */
  @Test
  void calls_throughAllKindsOfFaults_allSucceed() throws Exception {
    FaultPlan plan = FaultPlan.of(SEED, 8, 2, Duration.ofMillis(500), Duration.ofMillis(3500));
    try (TinyServer one = TinyServer.start(folder.resolve("one"));
        TinyServer other = TinyServer.start(folder.resolve("other"));
        TcpProxy first = before(one, SEED);
        TcpProxy second = before(other, SEED + 1);
        UniPinClient client =
            UniPinClient.connect(addresses(List.of(first, second)), Duration.ofSeconds(20))) {
      Queue<RequestException> failures = new ConcurrentLinkedQueue<>();
      AtomicInteger answers = new AtomicInteger();
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> callers = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int user = caller;
        callers.add(new Thread(() -> callOn(client, user, answers, failures, over)));
      }
      callers.forEach(Thread::start);
      plan.run(List.of(first, second));
      over.set(true);
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(failures).as("failed of %s calls, seed %d", answers, SEED).isEmpty();
      assertThat(answers.get()).isGreaterThan(100);
      while (client.replicas().stream()
          .anyMatch(replica -> replica.state() != ReplicaStatus.State.SERVING)) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static void callOn(
      UniPinClient client,
      int first,
      AtomicInteger answers,
      Queue<RequestException> failures,
      AtomicBoolean over) {
    for (int user = first; !over.get(); user += CALLERS) {
      try {
        client.retrieveAndRank(TinyServer.request(user % 50));
      } catch (RequestException e) {
        failures.add(e);
      }
      answers.incrementAndGet();
    }
  }
}
