package io.unipin.serving.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.unipin.serving.spans.BatchSpans;
import io.unipin.serving.spans.EngineCall;
import io.unipin.serving.spans.FinishedBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the trace of a call after the call has ended. The trace has one span for the call, a child
 * span for the wait for a worker, and a child span for each stage. A call to an external engine,
 * such as Redis, is a child span of the stage that made the call.
 *
 * <p>A batch of messages is a trace of its own, which links to the traces of the messages' writers.
 *
 * <p>A call with a {@code traceparent} belongs to its caller's trace. The caller then decides
 * whether the call is sampled.
 *
 * <p>Spans go to a collector through a bounded queue. When the queue is full, spans are dropped, so
 * calls never wait. No span holds data of a user. Thread-safe.
 */
public final class Tracing implements BatchSpans, AutoCloseable {
  private static final long CLOSE_SECONDS = 5;
  private static final String TRACEPARENT = "traceparent";

  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;

  private Tracing(@Nullable SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider == null ? null : provider.get("io.unipin");
  }

  /**
   * Starts tracing if the configuration enables it. Otherwise the returned object does nothing.
   *
   * @param replica returns the name of this server among the replicas of a fleet
   */
  public static Tracing start(TracingConfig config, Supplier<String> replica) {
    if (!config.enabled()) {
      return new Tracing(null);
    }
    OtlpGrpcSpanExporter exporter =
        OtlpGrpcSpanExporter.builder().setEndpoint(config.endpoint()).setRetryPolicy(null).build();
    return to(exporter, config, replica.get());
  }

  /** Creates tracing that sends spans to the exporter. {@link #close} also closes the exporter. */
  static Tracing to(SpanExporter exporter, TracingConfig config, String replica) {
    Resource resource =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        config.service(),
                        AttributeKey.stringKey("service.instance.id"),
                        replica)));
    return new Tracing(
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.share())))
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build());
  }

  @Override
  public boolean enabled() {
    return tracer != null;
  }

  public void record(FinishedCall call) {
    if (tracer == null) {
      return;
    }
    long offset = offsetNanos();
    Span span =
        tracer
            .spanBuilder("unipin.v1.UniPin/" + call.rpc())
            .setParent(parent(call.parent()))
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(offset + call.beginNanos(), TimeUnit.NANOSECONDS)
            .startSpan();
    if (span.isRecording()) {
      span.setAttribute("rpc.system", "grpc");
      span.setAttribute("rpc.service", "unipin.v1.UniPin");
      span.setAttribute("rpc.method", call.rpc());
      call.labels().forEach(span::setAttribute);
      call.counts().forEach(span::setAttribute);
      if (!call.status().equals(FinishedCall.OK)) {
        span.setStatus(StatusCode.ERROR, call.status());
      }
      stages(tracer, call, Context.root().with(span), offset);
    }
    span.end(offset + call.endNanos(), TimeUnit.NANOSECONDS);
  }

  /** Writes the trace of a batch, as OpenTelemetry's conventions for messaging say. */
  @Override
  public void record(FinishedBatch batch) {
    if (tracer == null) {
      return;
    }
    long offset = offsetNanos();
    SpanBuilder builder =
        tracer
            .spanBuilder("process " + batch.source().name())
            .setNoParent()
            .setSpanKind(SpanKind.CONSUMER)
            .setStartTimestamp(offset + batch.beginNanos(), TimeUnit.NANOSECONDS);
    for (String writer : batch.writers()) {
      SpanContext context = Span.fromContext(parent(writer)).getSpanContext();
      if (context.isValid()) {
        builder.addLink(context);
      }
    }
    Span span = builder.startSpan();
    if (span.isRecording()) {
      span.setAttribute("messaging.system", "kafka");
      span.setAttribute("messaging.operation.name", "process");
      span.setAttribute("messaging.operation.type", "process");
      span.setAttribute("messaging.destination.name", batch.source().name());
      span.setAttribute("messaging.batch.message_count", (long) batch.messages());
      if (!batch.source().group().isEmpty()) {
        span.setAttribute("messaging.consumer.group.name", batch.source().group());
      }
      if (!batch.failure().isEmpty()) {
        span.setAttribute("error.type", batch.failure());
        span.setStatus(StatusCode.ERROR, batch.failure());
      }
      Context inside = Context.root().with(span);
      batch.engineCalls().forEach(made -> engine(tracer, made, inside, offset));
    }
    span.end(offset + batch.endNanos(), TimeUnit.NANOSECONDS);
  }

  private static void stages(Tracer tracer, FinishedCall call, Context parent, long offset) {
    if (!call.stages().isEmpty()) {
      long begin = call.stages().get(0).beginNanos();
      stage(tracer, call, new FinishedStage("wait", call.beginNanos(), begin), parent, offset);
    }
    List<EngineCall> left = new ArrayList<>(call.engineCalls());
    for (FinishedStage stage : call.stages()) {
      Context inside = stage(tracer, call, stage, parent, offset);
      for (Iterator<EngineCall> rest = left.iterator(); rest.hasNext(); ) {
        EngineCall made = rest.next();
        if (stage.contains(made)) {
          engine(tracer, made, inside, offset);
          rest.remove();
        }
      }
    }
    left.forEach(made -> engine(tracer, made, parent, offset));
  }

  private static void engine(Tracer tracer, EngineCall made, Context parent, long offset) {
    Span span =
        tracer
            .spanBuilder(made.engine() + " " + made.operation())
            .setParent(parent)
            .setSpanKind(SpanKind.CLIENT)
            .setStartTimestamp(offset + made.beginNanos(), TimeUnit.NANOSECONDS)
            .startSpan();
    span.setAttribute("unipin.engine", made.engine());
    made.labels().forEach(span::setAttribute);
    span.end(offset + made.endNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns the context of the stage's span. */
  private static Context stage(
      Tracer tracer, FinishedCall call, FinishedStage stage, Context parent, long offset) {
    Span span =
        tracer
            .spanBuilder(stage.name())
            .setParent(parent)
            .setStartTimestamp(offset + stage.beginNanos(), TimeUnit.NANOSECONDS)
            .startSpan();
    call.labels().forEach(span::setAttribute);
    span.end(offset + stage.endNanos(), TimeUnit.NANOSECONDS);
    return Context.root().with(span);
  }

  /** Returns the difference in nanoseconds between the time of day and {@link System#nanoTime}. */
  private static long offsetNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
  }

  /**
   * Reads the caller's trace context. A malformed parent counts as absent, as the W3C standard
   * requires.
   */
  private static Context parent(String traceparent) {
    if (traceparent.isEmpty()) {
      return Context.root();
    }
    return W3CTraceContextPropagator.getInstance()
        .extract(Context.root(), traceparent, new Header());
  }

  /** Passes the single header value to the propagator. */
  private static final class Header implements TextMapGetter<String> {
    @Override
    public Iterable<String> keys(String carrier) {
      return Collections.singleton(TRACEPARENT);
    }

    @Override
    public @Nullable String get(@Nullable String carrier, String key) {
      return key.equals(TRACEPARENT) ? carrier : null;
    }
  }

  /** Sends the queued spans, waits at most a few seconds, and closes the exporter. Idempotent. */
  @Override
  public void close() {
    if (provider != null) {
      provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
