package io.unipin.client;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.ItemVerdicts;
import io.unipin.proto.v1.UniPinAdminGrpc;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of changes to a server's items. Each message gets one answer, in order.
 *
 * <p>At most four messages wait for their answers at a time. The stream connects again if the
 * server has no room for the moment, or if the connection ends after the first answer. It then
 * repeats the messages without an answer. Repeating a message is harmless. Not thread-safe.
 */
public final class ItemStream implements AutoCloseable {
  private static final int WINDOW = 4;
  private static final int MAX_FAILURES = 10;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Status INTERRUPTED = Status.CANCELLED.withDescription("interrupted");

  private final ManagedChannel channel;
  private final BiConsumer<ChangeItemsRequest, ItemVerdicts> answered;
  private final Deque<ChangeItemsRequest> unanswered = new ArrayDeque<>();
  private final Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
  private @Nullable Connection connection;

  /** Number of connections that failed since the last answer. */
  private int failures;

  /** Whether the server has answered once. Before that, a failure to connect is final. */
  private boolean reached;

  ItemStream(ManagedChannel channel, BiConsumer<ChangeItemsRequest, ItemVerdicts> answered) {
    this.channel = channel;
    this.answered = answered;
  }

  /**
   * Sends a message. If four messages have no answer yet, first waits for an answer.
   *
   * @throws RequestException when the server refuses a message, or does not answer for long
   */
  public void send(ChangeItemsRequest message) {
    while (unanswered.size() >= WINDOW) {
      await();
    }
    unanswered.addLast(message);
    if (connection == null) {
      connect();
    } else {
      connection.send(message);
    }
  }

  /**
   * Waits for the answers to all messages.
   *
   * @throws RequestException when the server refuses a message, or does not answer for long
   */
  public void finish() {
    while (!unanswered.isEmpty()) {
      await();
    }
  }

  /** Waits for one answer, or connects again. */
  private void await() {
    Connection open = connection;
    if (open == null) {
      throw new IllegalStateException("an open stream expected");
    }
    Event event = open.next();
    ItemVerdicts verdicts = event.verdicts();
    if (verdicts != null) {
      failures = 0;
      pauses.reset();
      reached = true;
      answered.accept(unanswered.removeFirst(), verdicts);
      return;
    }
    connection = null;
    RequestException failure = event.failure();
    failures++;
    if (!mayRepeat(failure) || failures > MAX_FAILURES) {
      throw failure;
    }
    pause(failure);
    connect();
  }

  private boolean mayRepeat(RequestException failure) {
    return failure.kind() == RequestException.Kind.OVERLOADED
        || (reached && failure.kind() == RequestException.Kind.UNAVAILABLE);
  }

  private void pause(RequestException failure) {
    try {
      Duration pause = pauses.next(failure.retryAfter().orElse(Duration.ZERO));
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Event.end(INTERRUPTED).failure();
    }
  }

  /** Opens a connection and sends all messages that have no answer. */
  private void connect() {
    Connection next = new Connection();
    UniPinAdminGrpc.newStub(channel).changeItemsStream(next);
    connection = next;
    unanswered.forEach(next::send);
  }

  /**
   * Ends the stream. The changes of a message without an answer may or may not have been made.
   * Idempotent.
   */
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      open.end(unanswered.isEmpty());
    }
  }

  /** An answer, or the status with which a connection ended. */
  private record Event(@Nullable ItemVerdicts verdicts, Status end, @Nullable Metadata trailers) {
    static Event answer(ItemVerdicts verdicts) {
      return new Event(verdicts, Status.OK, null);
    }

    static Event end(Status end) {
      return new Event(null, end, null);
    }

    RequestException failure() {
      return RequestException.of(new StatusRuntimeException(end, trailers));
    }
  }

  /**
   * One call of the RPC. A call has at most one event for each message that was sent in the call,
   * and one event for the end of the call.
   */
  private static final class Connection
      implements ClientResponseObserver<ChangeItemsRequest, ItemVerdicts> {
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private @Nullable ClientCallStreamObserver<ChangeItemsRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<ChangeItemsRequest> stream) {
      requests = stream;
    }

    private ClientCallStreamObserver<ChangeItemsRequest> requests() {
      ClientCallStreamObserver<ChangeItemsRequest> started = requests;
      if (started == null) {
        throw new IllegalStateException("a started call expected");
      }
      return started;
    }

    /**
     * Sends a message. If the call has ended, drops the message. The event of the call's end then
     * follows.
     */
    void send(ChangeItemsRequest message) {
      requests().onNext(message);
    }

    Event next() {
      try {
        Event event = events.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        if (event == null) {
          requests().cancel("no answer", null);
          return Event.end(
              Status.DEADLINE_EXCEEDED.withDescription(
                  "no answer within " + PATIENCE.toSeconds() + " s"));
        }
        return event;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Event.end(INTERRUPTED);
      }
    }

    void end(boolean complete) {
      if (complete) {
        requests().onCompleted();
      } else {
        requests().cancel("the stream is closed", null);
      }
    }

    @Override
    public void onNext(ItemVerdicts verdicts) {
      events.add(Event.answer(verdicts));
    }

    @Override
    public void onError(Throwable failure) {
      events.add(
          new Event(null, Status.fromThrowable(failure), Status.trailersFromThrowable(failure)));
    }

    @Override
    public void onCompleted() {
      events.add(Event.end(Status.UNAVAILABLE.withDescription("the server ended the stream")));
    }
  }
}
