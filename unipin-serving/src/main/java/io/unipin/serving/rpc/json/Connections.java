package io.unipin.serving.rpc.json;

import io.unipin.serving.metrics.JsonMeters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The open connections of one port. Their number is bounded, and so are the bytes of all answers
 * that clients have not taken yet.
 *
 * <p>If all connections are in use and another client connects, one connection is closed. It is the
 * connection that has waited longest for a request or for the rest of a request. So clients that
 * only hold connections open do not keep other clients out. The answers that clients have not taken
 * yet are bounded. Beyond the bound, the client whose answer has waited longest is cut off.
 *
 * <p>Thread-safe.
 */
final class Connections {
  /** Largest number of connections whose clients are being told that there is no room. */
  static final int MOST_REFUSED = 16;

  private final int most;
  private final long mostUnsent;
  private final JsonMeters metrics;
  private final Set<HttpConnection> open = new LinkedHashSet<>();

  /** The connections for which there was no room, and whose clients have not yet been told so. */
  private final Set<HttpConnection> refused = new HashSet<>();

  /**
   * The connections without a whole request. The connection that has waited longest comes first.
   */
  private final Set<HttpConnection> waiting = new LinkedHashSet<>();

  /**
   * The connections whose clients have not taken their answers. The connection that has waited
   * longest comes first.
   */
  private final Set<HttpConnection> sending = new LinkedHashSet<>();

  private final Map<HttpConnection, Long> unsent = new HashMap<>();
  private long unsentBytes;

  Connections(int most, long mostUnsent, JsonMeters metrics) {
    this.most = most;
    this.mostUnsent = mostUnsent;
    this.metrics = metrics;
  }

  synchronized int count() {
    return open.size() + refused.size();
  }

  /**
   * Adds a connection. Returns false if there is no room, because all other connections have whole
   * requests.
   */
  boolean opened(HttpConnection connection) {
    Optional<HttpConnection> idle;
    synchronized (this) {
      idle = open.size() < most ? Optional.empty() : first(waiting);
      if (open.size() >= most && idle.isEmpty()) {
        return false;
      }
      idle.ifPresent(this::remove);
      open.add(connection);
      waiting.add(connection);
    }
    idle.ifPresent(
        longest -> {
          metrics.cut("crowd");
          longest.close();
        });
    return true;
  }

  /**
   * Keeps a connection for which there is no room until its client has been told so. Returns false
   * if too many clients are being told; the connection must then be closed at once.
   */
  synchronized boolean refuses(HttpConnection connection) {
    return refused.size() < MOST_REFUSED && refused.add(connection);
  }

  private static Optional<HttpConnection> first(Set<HttpConnection> connections) {
    Iterator<HttpConnection> all = connections.iterator();
    return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
  }

  /** Notes that a connection waits for its next request. */
  synchronized void waits(HttpConnection connection) {
    if (open.contains(connection)) {
      waiting.add(connection);
    }
  }

  /**
   * Notes that a request has begun. Its connection is now the connection that has waited for the
   * shortest time.
   */
  synchronized void begins(HttpConnection connection) {
    if (waiting.remove(connection)) {
      waiting.add(connection);
    }
  }

  /** Notes that a connection has a whole request. */
  synchronized void busy(HttpConnection connection) {
    waiting.remove(connection);
  }

  /** Notes that an answer waits for the client. */
  void sends(HttpConnection connection, long bytes) {
    Optional<HttpConnection> slowest;
    synchronized (this) {
      unsentBytes += bytes;
      unsent.put(connection, bytes);
      sending.add(connection);
      slowest = unsentBytes <= mostUnsent ? Optional.empty() : first(sending);
      slowest.ifPresent(this::forget);
    }
    slowest.ifPresent(
        slow -> {
          metrics.cut("unsent");
          slow.close();
        });
  }

  /** Notes that the client has taken an answer, or has gone. */
  synchronized void sent(HttpConnection connection) {
    forget(connection);
  }

  private void forget(HttpConnection connection) {
    Long bytes = unsent.remove(connection);
    unsentBytes -= bytes == null ? 0 : bytes;
    sending.remove(connection);
  }

  synchronized void closed(HttpConnection connection) {
    remove(connection);
    notifyAll();
  }

  private void remove(HttpConnection connection) {
    forget(connection);
    waiting.remove(connection);
    refused.remove(connection);
    open.remove(connection);
  }

  /** Closes the connections without a request. */
  void closeWaiting() {
    copy(waiting).forEach(HttpConnection::closeIfIdle);
  }

  /** Closes all connections. */
  void closeAll() {
    copy(open).forEach(HttpConnection::close);
    copy(refused).forEach(HttpConnection::close);
  }

  private synchronized List<HttpConnection> copy(Set<HttpConnection> connections) {
    return new ArrayList<>(connections);
  }

  /** Waits until all connections are closed, but at most for this time. */
  synchronized void awaitClosed(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; count() > 0 && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
