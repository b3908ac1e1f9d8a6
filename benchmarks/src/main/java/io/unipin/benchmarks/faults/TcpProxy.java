package io.unipin.benchmarks.faults;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy on a free port of loopback that disturbs the connections to one address.
 *
 * <p>Each connection takes two threads and at most 64 KiB in each direction. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
  private static final int CHUNK = 64 << 10;
  private static final int CONNECT_MS = 2000;

  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final long meanDelayNanos;

  @GuardedBy("this")
  private final Random random;

  @GuardedBy("this")
  private final Set<Link> links = new HashSet<>();

  @GuardedBy("this")
  private Fault fault = Fault.NONE;

  @GuardedBy("this")
  private boolean closed;

  private TcpProxy(InetSocketAddress target, Duration meanDelay, long seed) throws IOException {
    this.target = target;
    this.meanDelayNanos = meanDelay.toNanos();
    this.random = new Random(seed);
    this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
  }

  /**
   * Opens a proxy without a fault.
   *
   * @param target address to which the proxy passes connections on
   * @param meanDelay mean time for which {@link Fault#DELAY} holds bytes back; the longest delay is
   *     twice as long
   * @param seed decides the times of {@link Fault#DELAY}
   */
  public static TcpProxy open(InetSocketAddress target, Duration meanDelay, long seed)
      throws IOException {
    TcpProxy proxy = new TcpProxy(target, meanDelay, seed);
    start("proxy-accept", proxy::accept);
    return proxy;
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  public int port() {
    return listener.getLocalPort();
  }

  /**
   * Ends the present fault, and from now on disturbs all connections with the fault {@code next}.
   */
  public synchronized void set(Fault next) {
    fault = next;
    if (next == Fault.CUT || next == Fault.RESET) {
      links.forEach(link -> link.end(next));
      links.clear();
    }
    notifyAll();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket near = listener.accept();
        start("proxy-open", () -> connect(near));
      } catch (IOException e) {
        // The proxy is closed, or a client disconnected while the proxy accepted its connection.
      }
    }
  }

  private void connect(Socket near) {
    Socket far = new Socket();
    Link link = new Link(near, far);
    Fault present = add(link);
    if (present == Fault.CUT || present == Fault.RESET) {
      link.end(present);
      return;
    }
    try {
      far.connect(target, CONNECT_MS);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
    } catch (IOException e) {
      remove(link);
      return;
    }
    start("proxy-back", () -> pass(far, near, link));
    pass(near, far, link);
  }

  private void pass(Socket from, Socket to, Link link) {
    byte[] bytes = new byte[CHUNK];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read; (read = in.read(bytes)) >= 0; ) {
        hold();
        out.write(bytes, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException | InterruptedException e) {
      remove(link);
    }
  }

  /** Waits for as long as the present fault holds bytes back. */
  private void hold() throws InterruptedException {
    long nanos = 0;
    synchronized (this) {
      while (fault == Fault.HALF_OPEN && !closed) {
        wait();
      }
      if (fault == Fault.DELAY) {
        nanos = (long) (random.nextDouble() * 2 * meanDelayNanos);
      }
    }
    TimeUnit.NANOSECONDS.sleep(nanos);
  }

  private synchronized Fault add(Link link) {
    if (closed) {
      return Fault.RESET;
    }
    if (fault != Fault.CUT && fault != Fault.RESET) {
      links.add(link);
    }
    return fault;
  }

  private synchronized void remove(Link link) {
    links.remove(link);
    link.end(Fault.CUT);
  }

  /** Ends all connections and the proxy. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    set(Fault.RESET);
    try {
      listener.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The two sockets of one connection. */
  private record Link(Socket near, Socket far) {
    void end(Fault how) {
      for (Socket socket : new Socket[] {near, far}) {
        try {
          if (how == Fault.RESET) {
            socket.setSoLinger(true, 0); // the close then sends RST
          }
          socket.close();
        } catch (IOException e) {
          // The socket is closed already.
        }
      }
    }
  }
}
