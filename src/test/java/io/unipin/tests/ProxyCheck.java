package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs two servers behind a proxy, and checks that no call through the proxy fails. */
final class ProxyCheck implements AutoCloseable {
  private static final int CALLERS = 4;
  private static final int ANSWERS = 150;

  private final List<TinyServer> servers = new ArrayList<>();
  private final ProxyProcess proxy;

  /** Starts a proxy in front of servers. */
  @FunctionalInterface
  interface Start {
    ProxyProcess start(List<String> addresses, List<Integer> metricsPorts) throws Exception;
  }

  /** An event that happens while callers make calls. */
  @FunctionalInterface
  interface Event {
    void happen() throws Exception;
  }

  ProxyCheck(Path folder, Start start) throws Exception {
    boolean started = false;
    try {
      for (String name : List.of("one", "other")) {
        servers.add(
            TinyServer.start(
                folder.resolve(name), "experiment.arm=" + name, "server.stopDelay=1500ms"));
      }
      proxy =
          start.start(
              servers.stream().map(TinyServer::address).toList(),
              servers.stream().map(TinyServer::metricsPort).toList());
      started = true;
    } finally {
      if (!started) {
        servers.forEach(TinyServer::close);
      }
    }
  }

  /** Checks that all calls of a user reach the same server, and that each server gets users. */
  void requireAffinity() {
    TreeSet<String> met = new TreeSet<>();
    try (UniPinClient client = UniPinClient.connect(proxy.address())) {
      for (int user = 0; user < 30; user++) {
        TreeSet<String> arms = new TreeSet<>();
        for (int call = 0; call < 3; call++) {
          arms.add(client.retrieveAndRank(TinyServer.request(user)).getServed().getArm());
        }
        assertThat(arms).as("servers of user %d", user).hasSize(1);
        met.addAll(arms);
      }
    }
    assertThat(met).containsExactly("one", "other");
  }

  /** Checks that no call fails while the proxy reloads its configuration several times. */
  void requireReloads() throws Exception {
    requireNoFailures(List.of(proxy::reload, proxy::reload, proxy::reload));
  }

  /** Checks that no call fails while a server stops. */
  void requireStop() throws Exception {
    requireNoFailures(List.of(servers.get(0)::close));
  }

  private void requireNoFailures(List<Event> events) throws Exception {
    Queue<RequestException> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger answers = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      int first = caller;
      callers.add(new Thread(() -> callOn(first, answers, failures)));
    }
    callers.forEach(Thread::start);
    try {
      for (Event event : events) {
        await(answers, answers.get() + ANSWERS);
        event.happen();
      }
      await(answers, answers.get() + ANSWERS);
    } finally {
      callers.forEach(Thread::interrupt);
      for (Thread caller : callers) {
        caller.join();
      }
    }
    assertThat(failures).as("failed of %s calls", answers).isEmpty();
  }

  private static void await(AtomicInteger answers, int count) throws InterruptedException {
    while (answers.get() < count) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private void callOn(int first, AtomicInteger answers, Queue<RequestException> failures) {
    try (UniPinClient client = UniPinClient.connect(proxy.address())) {
      for (int user = first; !Thread.currentThread().isInterrupted(); user += CALLERS) {
        try {
          client.retrieveAndRank(TinyServer.request(user % 100));
        } catch (RequestException e) {
          // this check interrupts its callers at its end
          if (e.kind() != RequestException.Kind.CANCELLED) {
            failures.add(e);
          }
        }
        answers.incrementAndGet();
      }
    }
  }

  @Override
  public void close() {
    proxy.close();
    servers.forEach(TinyServer::close);
  }
}
