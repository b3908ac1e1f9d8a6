package io.unipin.serving.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.unipin.client.ClientSecurity;
import io.unipin.client.ReplicaOrder;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.TestServer;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that traces show the client's attempts, the answering replica, and the calls to external
 * engines.
 */
@NeedsRedis
@Timeout(120)
final class EngineTracesTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final String USER = "jane";
  private static final String PAGE = "unipin.v1.UniPin/RetrieveAndRank";

  @TempDir Path folder;

  private UniPinServer replica(
      String name, int port, Collector collector, RedisServer redis, String fleetName) {
    return UniPinServer.start(
        TestServer.config(
            folder.resolve(name),
            "server.port=" + port,
            "fleet.name=" + fleetName,
            "bundle.folder=" + folder.resolve("bundles"),
            "history.store=REDIS",
            "redis.uri=" + redis.uri(),
            "redis.timeout=1s",
            "cache.file.path=" + folder.resolve(name).resolve("tier"),
            "cache.appendOnRecord=false",
            "tracing.enabled=true",
            "tracing.endpoint=" + collector.endpoint(),
            "tracing.share=1.0"));
  }

  private void publish() {
    folder.resolve("bundles").toFile().mkdirs();
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, folder.resolve("scratch"));
  }

  private static void record(UniPinClient client, int events) {
    UserActions.Builder actions = UserActions.newBuilder().setUserId(USER);
    for (int event = 0; event < events; event++) {
      actions.addActions(
          Action.newBuilder()
              .setItemId(1000 + event)
              .addActions("click")
              .setTimeMs(NOW - 100_000 + event)
              .setEventId("event" + event));
    }
    client.recordActions(RecordActionsRequest.newBuilder().addUsers(actions).build());
  }

  private static void page(UniPinClient client) {
    client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(USER).setTimeMs(NOW))
            .build());
  }

  private static UniPinClient client(UniPinServer server) {
    return UniPinClient.connect("127.0.0.1:" + server.port());
  }

  @Test
  void spans_ofOtherEngines_areInTheStageThatCalledThem() throws Exception {
    publish();
    try (Collector collector = new Collector();
        RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      try (UniPinServer server = replica("feed", 0, collector, redis, "feed-a");
          UniPinClient client = client(server)) {
        record(client, 16);
        page(client);
        page(client);
      }
      try (UniPinServer server = replica("feed", 0, collector, redis, "feed-a");
          UniPinClient client = client(server)) {
        page(client); // read from the files that the earlier server wrote
        redis.kill();
        assertThatThrownBy(() -> record(client, 1)).isInstanceOf(RequestException.class);
      }
      Span recording = named(collector, "unipin.v1.UniPin/RecordActions").get(0);
      assertThat(instance(collector, recording)).as("fleet.name").isEqualTo("feed-a");
      Span append = only(collector, only(collector, recording, "change"), "redis history append");
      assertThat(append.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
      List<Span> pages = named(collector, PAGE);
      assertThat(pages.stream().map(page -> met(collector, page)))
          .containsExactly("fetched", "held", "fetched");
      assertThat(pages.stream().map(page -> text(page, "unipin.cache")))
          .containsExactly("prefill", "hit", "reload");
      Span reload = only(collector, only(collector, pages.get(2), "cache"), "tier reload");
      assertThat(text(reload, "unipin.reload")).isEqualTo("read");
      assertThat(Long.parseLong(text(reload, "unipin.bytes"))).isPositive();
      Span failed = named(collector, "unipin.v1.UniPin/RecordActions").get(1);
      assertThat(text(only(collector, failed, "redis history append"), "unipin.failure"))
          .isEqualTo("UNAVAILABLE");
      assertThat(collector.requests().toString()).doesNotContain(USER);
    }
  }

  private static String met(Collector collector, Span page) {
    Span history = only(collector, page, "history");
    Span read = only(collector, history, "redis history read");
    assertThat(read.getStartTimeUnixNano())
        .isBetween(history.getStartTimeUnixNano(), history.getEndTimeUnixNano());
    assertThat(read.getEndTimeUnixNano())
        .isBetween(read.getStartTimeUnixNano(), history.getEndTimeUnixNano());
    return text(read, "unipin.history");
  }

  /** Starts a replica that answers every page request as UNAVAILABLE. */
  private static Server failing() throws IOException {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addService(
            new UniPinGrpc.UniPinImplBase() {
              @Override
              public void retrieveAndRank(
                  RetrieveAndRankRequest request,
                  StreamObserver<RetrieveAndRankResponse> observer) {
                observer.onError(Status.UNAVAILABLE.asRuntimeException());
              }
            })
        .build()
        .start();
  }

  /** One of the two replicas fails, and the user prefers it. */
  @Test
  void callThatIsRepeated_isOneTraceOverClientAndReplica() throws Exception {
    publish();
    try (Collector collector = new Collector();
        RedisServer redis = RedisServer.start(folder.resolve("redis"), "--appendonly", "yes")) {
      Server other = failing();
      String away = "127.0.0.1:" + other.getPort();
      int port = RedisServer.freePort();
      try (UniPinServer server = replica("feed", port, collector, redis, "");
          SdkTracerProvider provider = provider(collector);
          UniPinClient client =
              UniPinClient.connect(
                  away + ",127.0.0.1:" + server.port(),
                  ClientSecurity.NONE,
                  Duration.ofSeconds(10),
                  telemetry(provider))) {
        String near = "127.0.0.1:" + server.port();
        String user =
            IntStream.range(0, 100)
                .mapToObj(number -> "u" + number)
                .filter(id -> ReplicaOrder.of(id, List.of(away, near)).get(0).equals(away))
                .findFirst()
                .orElseThrow();
        client.retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId(user))
                .build());
      } finally {
        other.shutdownNow();
      }
      Span call = named(collector, "UniPinClient/RetrieveAndRank").get(0);
      List<Span> attempts = children(collector, call);
      assertThat(attempts.stream().map(attempt -> text(attempt, "unipin.replica")))
          .containsExactly(away, "127.0.0.1:" + port);
      Span answered = attempts.get(1);
      List<Span> served = children(collector, answered);
      assertThat(served).hasSize(1);
      assertThat(served.get(0).getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
      assertThat(served.get(0).getTraceId()).isEqualTo(call.getTraceId());
      assertThat(instance(collector, served.get(0))).endsWith(":" + port);
      only(collector, only(collector, served.get(0), "history"), "redis history read");
    }
  }

  private static SdkTracerProvider provider(Collector collector) {
    return SdkTracerProvider.builder()
        .addSpanProcessor(
            SimpleSpanProcessor.create(
                OtlpGrpcSpanExporter.builder().setEndpoint(collector.endpoint()).build()))
        .build();
  }

  private static OpenTelemetry telemetry(SdkTracerProvider provider) {
    return new OpenTelemetry() {
      @Override
      public TracerProvider getTracerProvider() {
        return provider;
      }

      @Override
      public ContextPropagators getPropagators() {
        return ContextPropagators.noop();
      }
    };
  }

  /** Returns the spans with the given name, ordered by their start. */
  private static List<Span> named(Collector collector, String name) {
    return collector.spans().stream()
        .filter(span -> span.getName().equals(name))
        .sorted(
            (one, other) -> Long.compare(one.getStartTimeUnixNano(), other.getStartTimeUnixNano()))
        .toList();
  }

  private static List<Span> children(Collector collector, Span parent) {
    return collector.spans().stream()
        .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .sorted(
            (one, other) -> Long.compare(one.getStartTimeUnixNano(), other.getStartTimeUnixNano()))
        .toList();
  }

  private static Span only(Collector collector, Span parent, String name) {
    List<Span> found =
        new ArrayList<>(
            children(collector, parent).stream()
                .filter(span -> span.getName().equals(name))
                .toList());
    assertThat(found).as("%s in %s", name, parent.getName()).hasSize(1);
    return found.get(0);
  }

  /** Returns the name of the server that sent a span. */
  private static String instance(Collector collector, Span span) {
    for (var request : collector.requests()) {
      for (ResourceSpans resource : request.getResourceSpansList()) {
        boolean sent =
            resource.getScopeSpansList().stream()
                .anyMatch(scope -> scope.getSpansList().contains(span));
        if (sent) {
          return resource.getResource().getAttributesList().stream()
              .filter(attribute -> attribute.getKey().equals("service.instance.id"))
              .map(attribute -> attribute.getValue().getStringValue())
              .findFirst()
              .orElseThrow();
        }
      }
    }
    throw new AssertionError("a request with the span expected, got none");
  }

  private static String text(Span span, String key) {
    return span.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals(key))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElseThrow();
  }
}
