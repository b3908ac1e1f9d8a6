package io.unipin.serving.rpc.json;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.intake.Intake;
import java.io.ByteArrayInputStream;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call of a gRPC service that arrived as an HTTP request. It goes through the same interceptors
 * and to the same service as a call that arrived by gRPC.
 *
 * <p>This class has the tasks that gRPC's transport has for HTTP/2. It reports each byte to the
 * call's tracer and gives the message to the service. It ends the call when the call was answered,
 * its time has passed, or its client has gone.
 *
 * <p>The connection's thread calls the methods of this class, except those that {@link ServerCall}
 * declares.
 */
final class HttpCall<Q, A> extends ServerCall<Q, A> {
  private final JsonMethod<Q, A> method;
  private final Caller caller;
  private final Transport transport;
  private final ServerStreamTracer tracer;
  private final CancellableContext context;
  private final AtomicBoolean closed = new AtomicBoolean();
  private ServerCall.Listener<Q> listener = new ServerCall.Listener<>() {};
  private boolean ended;
  private volatile boolean cancelled;
  private volatile byte @Nullable [] answer;

  /**
   * The client of a call, and the way to answer it.
   *
   * @param authority the header Host
   * @param answers takes the answer, on any thread
   */
  record Caller(
      Attributes attributes, String authority, EventLoop thread, Consumer<HttpAnswer> answers) {}

  /**
   * The parts of the server that calls use.
   *
   * @param tracers factory of the tracers that count the bytes of requests
   * @param failures turns failures into statuses
   */
  record Transport(
      ServerStreamTracer.Factory tracers,
      Function<ServingException, StatusRuntimeException> failures) {}

  private HttpCall(JsonMethod<Q, A> method, RequestHead head, Caller caller, Transport transport) {
    this.method = method;
    this.caller = caller;
    this.transport = transport;
    String name = method.definition().getMethodDescriptor().getFullMethodName();
    this.tracer = transport.tracers().newServerStreamTracer(name, head.metadata());
    Context traced = tracer.filterContext(Context.ROOT);
    this.context =
        head.deadline() == null
            ? traced.withCancellation()
            : traced.withDeadline(head.deadline(), caller.thread());
  }

  /** Begins a call when its headers have arrived. The interceptors may refuse the call at once. */
  static <Q, A> HttpCall<Q, A> start(
      JsonMethod<Q, A> method, RequestHead head, Caller caller, Transport transport) {
    HttpCall<Q, A> call = new HttpCall<>(method, head, caller, transport);
    call.begin(head.metadata());
    return call;
  }

  private void begin(Metadata headers) {
    run(() -> listener = method.definition().getServerCallHandler().startCall(this, headers));
    context.addListener(
        over -> {
          if (over.cancellationCause() instanceof TimeoutException) {
            expired();
          }
        },
        caller.thread());
  }

  private void run(Runnable step) {
    context.run(step);
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Charges bytes of the body. If there are too many, the call is refused. */
  void received(long bytes) {
    tracer.inboundWireSize(bytes);
  }

  /** Reads the complete body and gives the message to the service. */
  void complete(byte[] body) {
    byte[] message;
    try {
      JsonBody json = JsonBody.checked(body, method.input());
      if (!Intake.reads(context, json.cost())) {
        return; // the call was refused to make room
      }
      message = json.message(method.input());
    } catch (ServingException e) {
      refuse(e);
      return;
    }
    run(
        () -> {
          listener.onMessage(getMethodDescriptor().parseRequest(new ByteArrayInputStream(message)));
          listener.onHalfClose();
        });
  }

  /** Ends the call with a failure, unless it has already ended. */
  void refuse(ServingException failure) {
    Intake.refuse(context, failure);
  }

  /** Ends the call after its answer has been sent. */
  void sent() {
    if (end(Status.OK)) {
      run(listener::onComplete);
      context.cancel(null);
    }
  }

  /** Ends the call of a client that has gone. */
  void abandoned() {
    closed.set(true);
    if (!ended) {
      cancelled = true;
      context.cancel(Status.CANCELLED.asRuntimeException());
      end(Status.CANCELLED);
      run(listener::onCancel);
    }
  }

  private void expired() {
    if (!ended && closed.compareAndSet(false, true)) {
      cancelled = true;
      StatusRuntimeException late =
          transport
              .failures()
              .apply(new ServingException(FailureKind.DEADLINE, "the deadline has passed"));
      Metadata trailers = late.getTrailers();
      caller
          .answers()
          .accept(Answers.failed(late.getStatus(), trailers == null ? new Metadata() : trailers));
      end(Status.DEADLINE_EXCEEDED);
      run(listener::onCancel);
    }
  }

  /** Tells the tracer that the call has ended. Returns whether the call had not ended before. */
  private boolean end(Status status) {
    boolean first = !ended;
    ended = true;
    if (first) {
      tracer.streamClosed(status);
    }
    return first;
  }

  @Override
  public void request(int messages) {
    // The only message is given to the service when it has arrived.
  }

  @Override
  public void sendHeaders(Metadata headers) {
    // The services send no headers of their own.
  }

  @Override
  public void sendMessage(A message) {
    answer = JsonBody.of(getMethodDescriptor().streamResponse(message), method.output());
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (closed.compareAndSet(false, true)) {
      byte[] body = answer;
      caller
          .answers()
          .accept(
              status.isOk() && body != null
                  ? HttpAnswer.json(200, body)
                  : Answers.failed(status.isOk() ? Status.INTERNAL : status, trailers));
      answer = null;
    }
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Attributes getAttributes() {
    return caller.attributes();
  }

  @Override
  public String getAuthority() {
    return caller.authority();
  }

  @Override
  public MethodDescriptor<Q, A> getMethodDescriptor() {
    return method.definition().getMethodDescriptor();
  }
}
