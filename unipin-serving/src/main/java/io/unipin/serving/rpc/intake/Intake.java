package io.unipin.serving.rpc.intake;

import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.unipin.serving.failure.ServingException;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The first step of every call. It charges the call to the {@link ReceiveBudget}, and makes sure
 * that the call ends only once.
 *
 * <p>Every call that fails ends with the reason of the failure. Thread-safe.
 */
public final class Intake implements ServerInterceptor {
  private final ReceiveBudget budget;
  private final int maxMessage;
  private final Texts texts;
  private final ServerTransportFilter resets;

  /**
   * Functions that report failures.
   *
   * @param refused converts a refusal into a status
   * @param explained completes the trailers of a call that ends
   * @param counted counts a call that the interceptor refused
   */
  public record Texts(
      Function<ServingException, StatusRuntimeException> refused,
      BiFunction<Status, Metadata, Metadata> explained,
      Counted counted) {}

  /** Counts a refusal by its method and the name of its status. */
  @FunctionalInterface
  public interface Counted {
    void refused(String rpc, String status);
  }

  public Intake(ReceiveBudget budget, int maxMessage, Texts texts, ServerTransportFilter resets) {
    this.resets = resets;
    this.budget = budget;
    this.maxMessage = maxMessage;
    this.texts = texts;
  }

  /**
   * Returns the maximum number of bytes that one request may take, in its encoded form and as an
   * object.
   */
  public static long mostBytes(long maxMessage) {
    return maxMessage + WireCost.most(maxMessage);
  }

  /**
   * Returns a filter that counts connections. It counts a connection when the transport closes it
   * because the client cancelled {@code most} calls within {@code seconds}.
   */
  public static ServerTransportFilter resets(int most, int seconds, Runnable counted) {
    return new ResetWatch(most, seconds, counted);
  }

  /**
   * Returns the filter that counts cancelled calls. A server that uses this interceptor must add
   * the filter.
   */
  public ServerTransportFilter resets() {
    return resets;
  }

  /**
   * Returns the factory of tracers. A server that uses this interceptor must add the factory, and
   * this interceptor must be the server's outermost interceptor.
   */
  public ServerStreamTracer.Factory tracers() {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new Receipt(budget, maxMessage);
      }
    };
  }

  /**
   * Returns a service that checks each message before the message's object is built, and then
   * passes it to {@code service}.
   */
  public ServerServiceDefinition bounded(ServerServiceDefinition service) {
    return BoundedRequests.of(service, maxMessage);
  }

  /**
   * Ends a call with a failure, unless it has already ended. A transport calls this when it can't
   * read a message.
   *
   * @param call the call's context
   */
  public static void refuse(Context call, ServingException failure) {
    receipt(call).refuse(failure);
  }

  /**
   * Charges a call with the memory in bytes that its transport takes to read the message. These
   * bytes stay charged until the call's message is delivered. Returns false if the call has ended,
   * perhaps because there is no room.
   */
  public static boolean reads(Context call, long bytes) {
    return receipt(call).delivered(bytes);
  }

  private static Receipt receipt(Context call) {
    Receipt receipt = Receipt.KEY.get(call);
    if (receipt == null) {
      throw new IllegalStateException("the server has no tracer of receipts");
    }
    return receipt;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Receipt receipt = receipt(Context.current());
    receipt.of(ResetWatch.of(call.getAttributes()));
    String rpc = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    Once<Q, A> once = new Once<>(call, receipt, texts);
    receipt.bind(
        failure -> {
          StatusRuntimeException refusal = texts.refused().apply(failure);
          Metadata trailers = refusal.getTrailers();
          once.refuse(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
          texts.counted().refused(rpc, refusal.getStatus().getCode().name());
        });
    return next.startCall(once, headers);
  }

  /**
   * A call that ends only once, and ignores every later end. A worker may not know that the call
   * has already ended.
   *
   * <p>One thread may refuse the call while another thread answers it. The lock of the call is
   * taken after the budget's lock, never before.
   */
  private static final class Once<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Receipt receipt;
    private final Texts texts;

    Once(ServerCall<Q, A> call, Receipt receipt, Texts texts) {
      super(call);
      this.receipt = receipt;
      this.texts = texts;
    }

    /**
     * Asks for the next message. If the call is a stream, the bytes of its earlier messages are
     * released, because the service has finished its work on these messages.
     */
    @Override
    public void request(int messages) {
      if (!getMethodDescriptor().getType().clientSendsOneMessage()) {
        receipt.consumed();
      }
      super.request(messages);
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!receipt.isEnded()) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!receipt.isEnded()) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (receipt.answered()) {
        super.close(status, texts.explained().apply(status, trailers));
      }
    }

    /** Refuses a call whose receipt has already ended. */
    synchronized void refuse(Status status, Metadata trailers) {
      super.close(status, trailers);
    }
  }
}
