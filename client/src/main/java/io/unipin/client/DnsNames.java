package io.unipin.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The addresses of a DNS name, each of which is one replica. The name is looked up every few
 * seconds. While the name server does not answer, the last addresses stay in use. Thread-safe.
 */
final class DnsNames implements FleetNames {
  private static final Logger logger = System.getLogger(DnsNames.class.getName());
  static final Duration DISTANCE = Duration.ofSeconds(5);

  private final String host;
  private final int port;
  private final Lookup lookup;
  private final Thread thread;
  private final AtomicReference<List<String>> fresh = new AtomicReference<>();
  private final List<String> first;

  /** Finds the addresses of a host. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  /**
   * Looks a name up, and repeats the look-up after every {@code distance}.
   *
   * @throws RequestException when the name has no address
   */
  DnsNames(String host, int port, Lookup lookup, Duration distance) {
    this.host = host;
    this.port = port;
    this.lookup = lookup;
    try {
      this.first = names();
    } catch (UnknownHostException e) {
      throw RequestException.of(
          io.grpc.Status.UNAVAILABLE
              .withDescription("a name with addresses expected, got " + host)
              .withCause(e)
              .asRuntimeException());
    }
    this.thread = new Thread(() -> follow(distance), "unipin-names");
    thread.setDaemon(true);
    thread.start();
  }

  private List<String> names() throws UnknownHostException {
    return Arrays.stream(lookup.all(host)).map(this::name).sorted().distinct().toList();
  }

  private String name(InetAddress address) {
    String text = address.getHostAddress();
    return (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
  }

  private void follow(Duration distance) {
    List<String> known = first;
    boolean failed = false;
    while (true) {
      try {
        TimeUnit.NANOSECONDS.sleep(distance.toNanos());
        List<String> next = names();
        if (!next.equals(known)) {
          known = next;
          fresh.set(next);
        }
        failed = false;
      } catch (InterruptedException e) {
        return; // the client is closed
      } catch (UnknownHostException | RuntimeException e) {
        if (!failed) { // logs only the first of several failures in a row
          logger.log(Level.WARNING, "the addresses of {0} stay: {1}", host, e.getMessage());
        }
        failed = true;
      }
    }
  }

  @Override
  public List<String> first() {
    return first;
  }

  @Override
  public Optional<List<String>> changed() {
    return Optional.ofNullable(fresh.getAndSet(null));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
