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
 * What every call of a server passes first: it holds its part of the {@link ReceiveBudget}, ends once, and every end but a good one
 * carries its reason. Thread-safe.
 */
public final class Intake implements ServerInterceptor {
  private final ReceiveBudget budget;
  private final int maxMessage;
  private final Texts texts;
  private final ServerTransportFilter resets;

  /**
   * How failures are told.
   *
   * @param refused makes a status of a refusal
   * @param explained completes the trailers of an end
   * @param counted notes a call that was refused here, by its method and the status' name
   */
  public record Texts(
      Function<ServingException, StatusRuntimeException> refused,
      BiFunction<Status, Metadata, Metadata> explained,
      Counted counted) {}

  /** Notes a refusal. */
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

  /** What one request may take: as it came, and once it is read. */
  public static long mostBytes(long maxMessage) {
    return maxMessage + WireCost.most(maxMessage);
  }

  /** Tells of connections that the transport closes after so many cancelled calls in so many seconds. */
  public static ServerTransportFilter resets(int most, int seconds, Runnable counted) {
    return new ResetWatch(most, seconds, counted);
  }

  /** To be added to the server, as {@link #tracers} is. */
  public ServerTransportFilter resets() {
    return resets;
  }

  /** To be added to the server that has this interceptor as its outermost. */
  public ServerStreamTracer.Factory tracers() {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new Receipt(budget, maxMessage);
      }
    };
  }

  /** The same service, whose messages are looked at before they are built. */
  public ServerServiceDefinition bounded(ServerServiceDefinition service) {
    return BoundedRequests.of(service, maxMessage);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Receipt receipt = Receipt.KEY.get(Context.current());
    if (receipt == null) {
      throw new IllegalStateException("the server has no tracer of receipts");
    }
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
   * A call whose second end, by a worker that did not know of the first, is of no consequence. Any thread may refuse it while another
   * one answers; the lock is taken after the budget's, never before.
   */
  private static final class Once<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Receipt receipt;
    private final Texts texts;

    Once(ServerCall<Q, A> call, Receipt receipt, Texts texts) {
      super(call);
      this.receipt = receipt;
      this.texts = texts;
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

    /** Of a call whose receipt is at an end. */
    synchronized void refuse(Status status, Metadata trailers) {
      super.close(status, trailers);
    }
  }
}
