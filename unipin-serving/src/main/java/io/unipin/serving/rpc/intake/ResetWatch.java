package io.unipin.serving.rpc.intake;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects connections that the transport closed because their client cancelled too many calls. The
 * transport itself reports this only to the client. Thread-safe.
 */
final class ResetWatch extends ServerTransportFilter {
  private static final Logger logger = LoggerFactory.getLogger(ResetWatch.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Attributes.Key<Resets> KEY = Attributes.Key.create("unipin-resets");

  private final int most;
  private final int seconds;
  private final Runnable counted;
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  ResetWatch(int most, int seconds, Runnable counted) {
    this.most = most;
    this.seconds = seconds;
    this.counted = counted;
  }

  /**
   * The number of cancelled calls of one connection in the current window. This class counts the
   * calls by the transport's rule, because the transport does not publish its count.
   */
  static final class Resets {
    private final int most;
    private final long windowNanos;
    private long begun = System.nanoTime();
    private int count;
    private boolean exceeded;

    Resets(int most, long windowNanos) {
      this.most = most;
      this.windowNanos = windowNanos;
    }

    synchronized void add(long nowNanos) {
      if (nowNanos - begun > windowNanos) {
        begun = nowNanos;
        count = 0;
      }
      count++;
      exceeded |= count >= most;
    }

    synchronized boolean isExceeded() {
      return exceeded;
    }
  }

  /** Returns the counter of the connection to which the call belongs. */
  static @Nullable Resets of(Attributes call) {
    return call.get(KEY);
  }

  @Override
  public Attributes transportReady(Attributes transport) {
    return transport.toBuilder()
        .set(KEY, new Resets(most, TimeUnit.SECONDS.toNanos(seconds)))
        .build();
  }

  @Override
  public void transportTerminated(@Nullable Attributes transport) {
    if (transport != null) {
      Resets resets = transport.get(KEY);
      if (resets != null && resets.isExceeded()) {
        counted.run();
        log(transport);
      }
    }
  }

  private void log(Attributes transport) {
    long now = System.nanoTime();
    long last = lastLogged.get();
    if (now - last >= LOG_EVERY_NANOS && lastLogged.compareAndSet(last, now)) {
      logger.warn(
          "the connection of {} is closed: at most {} cancelled calls in {} s expected"
              + " (server.maxResets)",
          transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
          most,
          seconds);
    }
  }
}
