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
 * One call's part of the server's {@link ReceiveBudget}, from the call's first byte until the
 * call's end.
 *
 * <p>Thread-safe. Bytes arrive on the call's transport thread. Any other thread may refuse the call
 * to make room.
 */
final class Receipt extends ServerStreamTracer {
  static final Context.Key<Receipt> KEY = Context.key("unipin-receipt");

  /**
   * Bytes charged for each piece of a message, in addition to its content. A client may send a
   * message one byte at a time.
   */
  private static final int PIECE = 256;

  /**
   * First word of the transport's description of a cancelled call. A broken connection has another
   * description.
   */
  private static final String RESET = "RST_STREAM";

  private static final int SPARE = 64 << 10;
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private enum State {
    /**
     * The client must still send a message or the end of the call. The call may be refused to make
     * room.
     */
    RECEIVING,
    /** The call is complete, and the server works on it. */
    TAKEN,
    ENDED
  }

  private final ReceiveBudget budget;
  private final long maxMessage;
  private final AtomicLong held = new AtomicLong();
  private final AtomicReference<State> state = new AtomicReference<>(State.RECEIVING);

  /** Bytes of the message that is being received. Only the transport thread uses this field. */
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

  /** Sets the action that refuses the call. */
  void bind(Consumer<ServingException> refusal) {
    this.refusal = refusal;
  }

  /** Sets the connection on which the call's cancellation is counted. */
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
   * Notes a complete message. From now on, the bytes of the message's object are charged as well.
   * Returns false if the call has ended.
   *
   * <p>The call can still be refused to make room until it is {@link #taken}. A client may keep a
   * call open as long as it likes.
   */
  boolean delivered(long bytes) {
    received = 0;
    if (isEnded()) {
      return false;
    }
    budget.swap(this, held.getAndSet(bytes), bytes);
    return !releaseIfEnded();
  }

  /**
   * Releases the bytes of a stream's messages, because the server has finished its work on these
   * messages. After that, the stream can't be refused to make room until it sends another message.
   */
  void consumed() {
    release();
  }

  /**
   * Marks the call as complete, so that the server answers it. Returns false if the call was
   * refused before.
   */
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

  /** Refuses the call unless it has already ended. */
  void refuse(ServingException failure) {
    Consumer<ServingException> known = refusal;
    if (known != null && answered()) {
      known.accept(failure);
    }
  }

  /** Ends the call. Returns true if the call had not ended before. */
  boolean end() {
    return state.getAndSet(State.ENDED) != State.ENDED;
  }

  /**
   * Ends the call and releases its bytes immediately, because a client may never read the answer.
   * Returns true if the call had not ended before.
   */
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

  /**
   * Releases the bytes if the call has ended. The thread that ended the call may have missed the
   * bytes that were added last.
   */
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
