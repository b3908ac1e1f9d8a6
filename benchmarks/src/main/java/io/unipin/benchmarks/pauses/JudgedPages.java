package io.unipin.benchmarks.pauses;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UniPinGrpc.UniPinStub;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Requests pages with a deadline that only the server enforces. Thread-safe.
 *
 * <p>On a busy machine, the client's process may be late as well, and this delay must not count
 * against the server. The client therefore gives up only long after the deadline.
 */
final class JudgedPages implements AutoCloseable {
  /** The note for a complete page: an empty text. */
  static final String WHOLE = "";

  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final ManagedChannel channel;
  private final UniPinStub stub;
  private final long patienceNanos;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  JudgedPages(String address, Duration deadline) {
    Metadata headers = new Metadata();
    headers.put(TIMEOUT, deadline.toMillis() + "m");
    channel = Channels.to(address, ClientSecurity.NONE).directExecutor().build();
    stub =
        UniPinGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    patienceNanos = deadline.plus(GRACE).toNanos();
  }

  /**
   * Requests a page. The consumer is called once, on any thread. The text that it gets says what
   * the server left out or how the call failed.
   */
  void ask(RetrieveAndRankRequest request, Consumer<String> done) {
    Context.CancellableContext context = Context.current().withCancellation();
    ScheduledFuture<?> patience =
        clock.schedule(() -> context.cancel(null), patienceNanos, TimeUnit.NANOSECONDS);
    StreamObserver<RetrieveAndRankResponse> observer =
        new StreamObserver<>() {
          @Override
          public void onNext(RetrieveAndRankResponse page) {
            patience.cancel(false);
            done.accept(String.join("+", page.getServed().getDegradationsList()));
          }

          @Override
          public void onError(Throwable failure) {
            patience.cancel(false);
            done.accept(context.isCancelled() ? "no_answer" : kind(failure));
          }

          @Override
          public void onCompleted() {}
        };
    context.run(() -> stub.retrieveAndRank(request, observer));
  }

  /**
   * Returns the kind of a failure. When a server ends a call at its deadline, it sends a reset,
   * which the client sees as a cancellation.
   */
  private static String kind(Throwable failure) {
    Status.Code code = Status.fromThrowable(failure).getCode();
    Status.Code meant = code == Status.Code.CANCELLED ? Status.Code.DEADLINE_EXCEEDED : code;
    return meant.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    clock.shutdownNow();
  }
}
