package io.unipin.client;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.function.Supplier;

/**
 * Traces the calls of a client with OpenTelemetry. A call is one span, a child of the caller's span
 * if there is one. Each attempt at a server is a child span of the call. The request's header
 * {@code traceparent} names this span, so the server's spans continue it. Without a tracing library
 * in the caller's program, nothing is traced. No span holds data of a user. Thread-safe.
 */
final class ClientTraces {
  static final AttributeKey<String> REPLICA = AttributeKey.stringKey("unipin.replica");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("unipin.attempt");
  static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("unipin.attempts");

  private final Supplier<OpenTelemetry> telemetry;

  /**
   * @param telemetry returns the tracing library. It is asked again for each call, because a
   *     program may set the library up after it has connected
   */
  ClientTraces(Supplier<OpenTelemetry> telemetry) {
    this.telemetry = telemetry;
  }

  /** Sends a call in a span that covers all its attempts and the pauses between them. */
  <A> A call(Call<?, A> call, Supplier<A> send) {
    Span span = span("UniPinClient/" + name(call)).setSpanKind(SpanKind.INTERNAL).startSpan();
    try {
      return Context.current().with(span).wrapSupplier(send).get();
    } catch (RequestException e) {
      span.setStatus(StatusCode.ERROR, e.kind().name());
      throw e;
    } finally {
      span.end();
    }
  }

  /**
   * Sends a call to a server in a span of its own.
   *
   * @param replica the server's name
   * @param number number of the attempt, from 1 on
   */
  <A> A attempt(Call<?, A> call, String replica, int number, Supplier<A> send) {
    Span span =
        span(call.method().getFullMethodName())
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", String.valueOf(call.method().getServiceName()))
            .setAttribute("rpc.method", name(call))
            .setAttribute(REPLICA, replica)
            .setAttribute(ATTEMPT, (long) number)
            .startSpan();
    try {
      return Context.current().with(span).wrapSupplier(send).get();
    } catch (StatusRuntimeException e) {
      span.setAttribute("rpc.grpc.status_code", (long) e.getStatus().getCode().value());
      span.setStatus(StatusCode.ERROR, e.getStatus().getCode().name());
      throw e;
    } finally {
      span.end();
    }
  }

  /** Notes in the span of a call how many attempts the call has had. */
  static void attempts(int number) {
    Span.current().setAttribute(ATTEMPTS, (long) number);
  }

  private SpanBuilder span(String name) {
    return telemetry.get().getTracer("io.unipin.client").spanBuilder(name);
  }

  private static String name(Call<?, ?> call) {
    return String.valueOf(call.method().getBareMethodName());
  }

  /** Puts the current span into the headers of a call. Does nothing if there is no span. */
  static void propagate(Metadata headers) {
    W3CTraceContextPropagator.getInstance()
        .inject(
            Context.current(),
            headers,
            (carrier, key, value) -> {
              if (carrier != null) {
                carrier.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
              }
            });
  }
}
