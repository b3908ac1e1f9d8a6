package io.unipin.serving.rpc.intake;

import io.grpc.Context;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one call holds of the server's {@link ReceiveBudget}, from its first byte until it ends.
 *
 * <p>Thread-safe: bytes come on the call's transport thread, and any other may refuse it to make room.
 */
final class Receipt extends ServerStreamTracer {
  static final Context.Key<Receipt> KEY = Context.key("unipin-receipt");

  /** A piece of a message costs this beside its bytes: a client may send it a byte at a time. */
  private static final int PIECE = 256;

  /** How the transport tells a cancelled call from a connection that broke. */
  private static final String RESET = "RST_STREAM";

  private static final int SPARE = 64 << 10;
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private enum State {
    /** The client has to go on, with a message or with its end: it may be refused to make room. */
    RECEIVING,
    /** All is here that the call takes, and the work is the server's. */
    TAKEN,
    ENDED
  }

  private final ReceiveBudget budget;
  private final long maxMessage;
  private final AtomicLong held = new AtomicLong();
  private final AtomicReference<State> state = new AtomicReference<>(State.RECEIVING);

  /** Of the message that is being received; transport thread alone. */
  private long received;

  private volatile @Nullable Consumer<ServingException> refusal;
  private volatile ResetWatch.@Nullable Resets resets;

  Receipt(ReceiveBudget budget, long maxMessage) {
    this.budget = budget;
    this.maxMessage = maxMessage;
  }

  static ServingException overloaded() {
    return ServingException.overloaded(
        "fewer bytes of requests at once expected: the server has no room for more", RETRY_AFTER);
  }

  static ServingException tooLarge(long maxMessage) {
    return new ServingException(
        FailureKind.TOO_LARGE, "a message of at most %s bytes expected".formatted(maxMessage));
  }

  /** Says how the call is refused. */
  void bind(Consumer<ServingException> refusal) {
    this.refusal = refusal;
  }

  /** The connection, whose cancelled calls are counted. */
  void of(ResetWatch.@Nullable Resets connection) {
    resets = connection;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public void inboundWireSize(long bytes) {
    if (state.get() == State.ENDED) {
      return;
    }
    received += bytes;
    long more = bytes + PIECE;
    if (received > maxMessage || heldBytes() + more > 2 * maxMessage + SPARE) {
      refuse(tooLarge(maxMessage));
      return;
    }
    held.addAndGet(more);
    budget.take(this, more);
    releaseIfEnded();
  }

  /**
   * A message is here; what it holds from now on is what it costs once it is read. It can still be refused to make room, unless it is
   * {@link #taken}: a client may keep the call open for as long as it likes.
   */
  boolean delivered(long bytes) {
    received = 0;
    if (isEnded()) {
      return false;
    }
    budget.swap(this, held.getAndSet(bytes), bytes);
    return !releaseIfEnded();
  }

  /** All of the call is here, and it is going to be answered; false when it is refused already. */
  boolean taken() {
    boolean first = state.compareAndSet(State.RECEIVING, State.TAKEN);
    if (first) {
      budget.complete(this);
    }
    return first;
  }

  long heldBytes() {
    return held.get();
  }

  boolean isIncomplete() {
    return state.get() == State.RECEIVING;
  }

  /** Refuses the call unless it is at an end already. */
  void refuse(ServingException failure) {
    Consumer<ServingException> known = refusal;
    if (known != null && answered()) {
      known.accept(failure);
    }
  }

  /** Whether nobody ended the call before. */
  boolean end() {
    return state.getAndSet(State.ENDED) != State.ENDED;
  }

  /** The same, and gives back what it holds at once: a client may never read the answer. */
  boolean answered() {
    boolean first = end();
    if (first) {
      release();
    }
    return first;
  }

  boolean isEnded() {
    return state.get() == State.ENDED;
  }

  @Override
  public void streamClosed(Status status) {
    ResetWatch.Resets connection = resets;
    String description = status.getDescription();
    if (connection != null && description != null && description.startsWith(RESET)) {
      connection.add(System.nanoTime());
    }
    state.set(State.ENDED);
    release();
  }

  /** Whoever ended the call meanwhile may have missed what was added last. */
  private boolean releaseIfEnded() {
    if (!isEnded()) {
      return false;
    }
    release();
    return true;
  }

  private void release() {
    budget.complete(this);
    budget.give(held.getAndSet(0));
  }
}
