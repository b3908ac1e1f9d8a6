package io.unipin.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.unipin.client.ReplicaStatus.State;
import io.unipin.proto.v1.UniPinGrpc;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One replica of a fleet: its connection, its health and the calls in flight.
 *
 * <p>The health service's Watch tells at once when the replica drains. A replica that has answered
 * nothing for a while is asked for its health. If it stays silent, its connection may be dead. The
 * connection is then replaced, and its calls end as UNAVAILABLE. {@link #tick} does these steps.
 * Thread-safe.
 */
final class Replica implements AutoCloseable {
  private static final HealthCheckRequest REQUEST =
      HealthCheckRequest.newBuilder().setService(UniPinGrpc.SERVICE_NAME).build();
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** A replica with calls in flight is asked for its health after this time of silence. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  /** A replica without calls in flight is asked for its health after this time of silence. */
  private static final Duration IDLE_SILENCE = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final String name;
  private final Supplier<ManagedChannel> connect;
  private final LongSupplier clock;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile ManagedChannel channel;
  private volatile State state = State.UNKNOWN;
  private volatile long heard;

  @GuardedBy("this")
  private final Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);

  /** The number of the current watch. The messages of earlier watches are ignored. */
  @GuardedBy("this")
  private int watch;

  @GuardedBy("this")
  private boolean watching;

  @GuardedBy("this")
  private boolean closed;

  /** The next watch may begin from this time of the clock on. */
  @GuardedBy("this")
  private long watchAt;

  /**
   * Creates a replica that is not watched yet.
   *
   * @param connect opens a connection
   * @param clock returns a time in nanoseconds, like {@link System#nanoTime}
   */
  Replica(String name, Supplier<ManagedChannel> connect, LongSupplier clock) {
    this.name = name;
    this.connect = connect;
    this.clock = clock;
    this.channel = connect.get();
    this.heard = clock.getAsLong();
    this.watchAt = heard;
  }

  String name() {
    return name;
  }

  ManagedChannel channel() {
    return channel;
  }

  boolean takesCalls() {
    return state.takesCalls();
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Counts a call that begins. */
  void began() {
    inFlight.incrementAndGet();
    calls.incrementAndGet();
  }

  /** Counts a call that ended. */
  void ended() {
    inFlight.decrementAndGet();
  }

  /** Notes that the replica answered. */
  void answered() {
    heard = clock.getAsLong();
  }

  ReplicaStatus status() {
    return new ReplicaStatus(name, state, inFlight.get(), calls.get());
  }

  /** Watches the replica's health, and asks for it after a silence. Called at short intervals. */
  void tick() {
    beginWatch();
    Duration silence = inFlight.get() > 0 ? SILENCE : IDLE_SILENCE;
    if (isWatched()
        && clock.getAsLong() - heard > silence.toNanos()
        && asking.compareAndSet(false, true)) {
      ask();
    }
  }

  /**
   * Whether a watch is running, in whatever state the replica is. The connection of a replica that
   * drains can die, too.
   */
  private synchronized boolean isWatched() {
    return watching && !closed;
  }

  private synchronized void beginWatch() {
    if (closed || watching || clock.getAsLong() - watchAt < 0) {
      return;
    }
    if (state == State.AWAY) {
      // After many failures a connection waits for minutes. A new connection tries at once.
      reconnect(false);
    }
    watching = true;
    watch++;
    heard = clock.getAsLong(); // the connection may be new
    HealthGrpc.newStub(channel).watch(REQUEST, new Watch(watch));
  }

  /**
   * Replaces the connection. Calls on the old connection go on, or end as UNAVAILABLE if {@code
   * cut}. If no new connection can be opened, the old one ends in the same way.
   */
  @GuardedBy("this")
  private void reconnect(boolean cut) {
    ManagedChannel old = channel;
    try {
      channel = connect.get();
    } finally {
      if (cut) {
        old.shutdownNow();
      } else {
        old.shutdown();
      }
    }
  }

  private void ask() {
    HealthGrpc.newStub(channel)
        .withDeadlineAfter(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
        .check(REQUEST, new Answer());
  }

  private synchronized void silent() {
    if (!closed) {
      state = State.AWAY;
      watching = false;
      watch++;
      watchAt = clock.getAsLong() + pauses.next(Duration.ZERO).toNanos();
      reconnect(true);
    }
  }

  /** Ends the connection. Calls in flight are still answered. Idempotent. */
  synchronized void retire() {
    closed = true;
    channel.shutdown();
  }

  /** Ends the connection and its calls. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    channel.shutdownNow();
  }

  /** Receives the answer when the replica is asked for its health. */
  private final class Answer implements StreamObserver<HealthCheckResponse> {
    @Override
    public void onNext(HealthCheckResponse health) {
      answered();
      if (health.getStatus() != ServingStatus.SERVING) {
        state = State.DRAINING; // the watch tells when the replica serves again
      }
    }

    @Override
    public void onError(Throwable failure) {
      asking.set(false);
      Status.Code code = Status.fromThrowable(failure).getCode();
      if (code == Status.Code.DEADLINE_EXCEEDED) {
        silent();
      } else if (code == Status.Code.UNIMPLEMENTED) {
        answered(); // a server without a health service answers UNIMPLEMENTED
      }
    }

    @Override
    public void onCompleted() {
      asking.set(false);
    }
  }

  /** The messages of one watch. */
  private final class Watch implements StreamObserver<HealthCheckResponse> {
    private final int number;
    private boolean told;

    Watch(int number) {
      this.number = number;
    }

    @Override
    public void onNext(HealthCheckResponse health) {
      synchronized (Replica.this) {
        if (number == watch) {
          told = true;
          pauses.reset();
          answered();
          state = health.getStatus() == ServingStatus.SERVING ? State.SERVING : State.DRAINING;
        }
      }
    }

    @Override
    public void onError(Throwable failure) {
      end(Status.fromThrowable(failure).getCode() == Status.Code.UNIMPLEMENTED);
    }

    @Override
    public void onCompleted() {
      end(false);
    }

    /**
     * Ends this watch, so that a new watch begins. A watch that brought a message may have ended
     * only because its connection reached the server's maximum age. So the replica counts as
     * {@link State#AWAY} only if a watch ends without a message.
     */
    private void end(boolean noHealthService) {
      synchronized (Replica.this) {
        if (number != watch || closed) {
          return;
        }
        if (noHealthService) {
          state = State.SERVING;
          return; // no other watch begins, because watching stays true
        }
        watching = false;
        watchAt = clock.getAsLong();
        if (!told) {
          state = State.AWAY;
          watchAt += pauses.next(Duration.ZERO).toNanos();
        }
      }
    }
  }
}
