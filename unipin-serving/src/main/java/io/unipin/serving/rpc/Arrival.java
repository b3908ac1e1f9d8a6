package io.unipin.serving.rpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.admission.Priority;
import io.unipin.serving.metrics.ServingMetrics;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The arrival of a call: its time and its priority.
 *
 * <p>The header {@code unipin-priority} gives the priority: {@code live}, {@code shadow} or
 * {@code batch}. Without the header a call is live. The header {@code unipin-route} says whether
 * the caller prefers this server for the call's user. The server only counts such calls.
 *
 * @param nanos time at which the call's headers arrived, by {@link System#nanoTime}
 * @param traceparent value of the header {@code traceparent}, which identifies the caller's trace;
 *     empty if the caller sent no such header
 */
record Arrival(long nanos, Priority priority, String traceparent) {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("unipin-priority", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ROUTE =
      Metadata.Key.of("unipin-route", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Arrival> KEY = Context.key("unipin-arrival");

  /** Returns the arrival of the call to which the context belongs. */
  static Arrival of(Context context) {
    Arrival arrival = KEY.get(context);
    return arrival == null ? new Arrival(System.nanoTime(), Priority.LIVE, "") : arrival;
  }

  /** Returns the context of a later message of the same call. The message arrives now. */
  static Context renewed(Context context) {
    Arrival first = of(context);
    return context.withValue(
        KEY, new Arrival(System.nanoTime(), first.priority, first.traceparent));
  }

  /** Returns the nanoseconds since the arrival. */
  long age() {
    return System.nanoTime() - nanos;
  }

  /** Notes the arrival of each call. Refuses an unknown priority. */
  static final class Interceptor implements ServerInterceptor {
    private static final List<String> LABELS =
        Arrays.stream(Priority.values()).map(Priority::label).toList();

    private final ServingMetrics metrics;

    Interceptor(ServingMetrics metrics) {
      this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      long now = System.nanoTime();
      String label = headers.get(HEADER);
      if (label != null && !LABELS.contains(label)) {
        String message = "%s: one of %s expected".formatted(HEADER.name(), LABELS);
        String rpc = String.valueOf(call.getMethodDescriptor().getBareMethodName());
        metrics.request(rpc, Status.Code.INVALID_ARGUMENT.name(), 0);
        call.close(Status.INVALID_ARGUMENT.withDescription(message), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      Priority priority =
          label == null ? Priority.LIVE : Priority.valueOf(label.toUpperCase(Locale.ROOT));
      if (UniPinGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
        String route = headers.get(ROUTE);
        metrics.routes().routed(route == null ? "" : route);
      }
      String trace = headers.get(TRACEPARENT);
      Arrival arrival = new Arrival(now, priority, trace == null ? "" : trace);
      Context context = Context.current().withValue(KEY, arrival);
      return Contexts.interceptCall(context, call, headers, next);
    }
  }
}
