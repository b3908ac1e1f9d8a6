package io.unipin.serving.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open calls without a natural end, such as a call that watches the server's health. Such a
 * call lasts until its client ends the call.
 *
 * <p>When the server stops, it ends these calls. It waits until all other calls end by themselves.
 * Thread-safe.
 */
final class OpenStreams implements ServerInterceptor {
  private static final Status STOPPED = Status.UNAVAILABLE.withDescription("the server stops");

  private final Set<Stream<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
      return next.startCall(call, headers);
    }
    Stream<Q, A> stream = new Stream<>(call);
    open.add(stream);
    ServerCall.Listener<Q> listener = next.startCall(stream, headers);
    if (ended) {
      stream.close(STOPPED, new Metadata()); // the call arrived while other calls were being ended
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onCancel() {
        open.remove(stream);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        open.remove(stream);
        super.onComplete();
      }
    };
  }

  /** Ends all open calls. From then on, each new call is ended immediately. */
  void end() {
    ended = true;
    open.forEach(stream -> stream.close(STOPPED, new Metadata()));
  }

  /**
   * A call that two threads may close. Messages that the service sends after the close are dropped.
   */
  private static final class Stream<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private boolean closed;

    Stream(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }
  }
}
