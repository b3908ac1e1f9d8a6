package io.unipin.serving.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.TestServer;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.spans.EngineCall;
import io.unipin.serving.spans.FinishedBatch;
import io.unipin.settings.ConfigException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  @TempDir Path folder;

  @Test
  void calls_areTracedWithASpanPerStage() throws Exception {
    try (Collector collector = new Collector()) {
      serve(collector, "1.0", List.of("", ""), 20);
      List<Span> calls = of(collector, "unipin.v1.UniPin/RetrieveAndRank");
      assertThat(calls).hasSize(2);
      assertThat(calls).allMatch(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER);
      assertThat(calls.stream().map(span -> text(span, "unipin.cache")))
          .containsExactly("prefill", "hit");
      assertThat(calls.stream().map(Span::getTraceId).distinct()).hasSize(2);
      for (Span call : calls) {
        List<Span> stages = children(collector, call);
        boolean hit = "hit".equals(text(call, "unipin.cache"));
        assertThat(stages)
            .extracting(Span::getName)
            .containsExactlyElementsOf(
                hit
                    ? List.of("wait", "history", "cache", "query", "search", "score", "respond")
                    : List.of(
                        "wait", "history", "cache", "encode", "query", "search", "score",
                        "respond"));
        for (Span stage : stages) {
          assertThat(text(stage, "unipin.cache")).isEqualTo(text(call, "unipin.cache"));
          assertThat(text(stage, "unipin.arm")).isEqualTo("default");
          assertThat(stage.getStartTimeUnixNano())
              .isBetween(call.getStartTimeUnixNano(), call.getEndTimeUnixNano());
          assertThat(stage.getEndTimeUnixNano())
              .isBetween(stage.getStartTimeUnixNano(), call.getEndTimeUnixNano());
        }
      }
      assertThat(collector.requests().toString()).contains("unipin-test").doesNotContain("jane");
    }
  }

  @Test
  void batchOfMessages_isATraceThatLinksToItsWriters() throws Exception {
    String other = "1".repeat(32);
    try (Collector collector = new Collector()) {
      TracingConfig config = new TracingConfig(true, collector.endpoint(), 1.0, "unipin-test");
      try (Tracing tracing = Tracing.start(config, () -> "one")) {
        tracing.record(
            new FinishedBatch(
                new FinishedBatch.Topic("unipin-actions", "replicas"),
                3,
                1000,
                5000,
                List.of(
                    "00-" + TRACE + "-" + PARENT + "-01",
                    "00-" + other + "-" + PARENT + "-00",
                    "00-" + "0".repeat(32) + "-" + PARENT + "-01"),
                "UNAVAILABLE",
                List.of(new EngineCall("redis", "history append", 2000, 3000, Map.of()))));
      }
      Span batch = of(collector, "process unipin-actions").get(0);
      assertThat(batch.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
      assertThat(batch.getParentSpanId().isEmpty()).isTrue();
      assertThat(batch.getLinksList())
          .extracting(link -> HexFormat.of().formatHex(link.getTraceId().toByteArray()))
          .containsExactly(TRACE, other);
      assertThat(batch.getEndTimeUnixNano() - batch.getStartTimeUnixNano()).isEqualTo(4000);
      assertThat(text(batch, "messaging.system")).isEqualTo("kafka");
      assertThat(text(batch, "messaging.operation.type")).isEqualTo("process");
      assertThat(text(batch, "messaging.destination.name")).isEqualTo("unipin-actions");
      assertThat(text(batch, "messaging.consumer.group.name")).isEqualTo("replicas");
      assertThat(text(batch, "error.type")).isEqualTo("UNAVAILABLE");
      assertThat(children(collector, batch))
          .extracting(Span::getName)
          .containsExactly("redis history append");
    }
  }

  @Test
  void failedCall_isTracedAsAnError() throws Exception {
    try (Collector collector = new Collector()) {
      serve(collector, "1.0", List.of(""), 1_000_000);
      Span call = of(collector, "unipin.v1.UniPin/RetrieveAndRank").get(0);
      assertThat(call.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
      assertThat(call.getStatus().getMessage()).isEqualTo("INVALID");
    }
  }

  @Test
  void callersTrace_isContinuedAndDecidesWhetherToSample() throws Exception {
    try (Collector collector = new Collector()) {
      List<String> parents =
          List.of(
              "00-" + TRACE + "-" + PARENT + "-01",
              "00-" + TRACE + "-" + PARENT + "-00",
              "not a parent",
              "");
      serve(collector, "0.0", parents, 20);
      List<Span> calls = of(collector, "unipin.v1.UniPin/RetrieveAndRank");
      assertThat(calls).hasSize(1);
      assertThat(hex(calls.get(0).getTraceId().toByteArray())).isEqualTo(TRACE);
      assertThat(hex(calls.get(0).getParentSpanId().toByteArray())).isEqualTo(PARENT);
    }
  }

  @Test
  void collectorThatIsGone_breaksNoCall() throws Exception {
    Collector collector = new Collector();
    collector.close();
    serve(collector, "1.0", List.of("", ""), 20);
    assertThat(collector.spans()).isEmpty();
  }

  @Test
  void settings_thatMeanNothing_areRefused() {
    assertThat(ConfigReader.defaults().tracing().enabled()).isFalse();
    for (String setting :
        List.of("tracing.endpoint=localhost", "tracing.share=1.1", "tracing.service=\"\"")) {
      assertThatThrownBy(() -> ConfigReader.read(Map.of(), List.of(setting)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(setting.substring(0, setting.indexOf('=')))
          .hasMessageContaining("expected, got");
    }
  }

  /** Requests one page per traceparent. Then closes the server, which sends its spans. */
  private void serve(Collector collector, String share, List<String> parents, int candidates)
      throws InterruptedException {
    UniPinServer server =
        TestServer.start(
            folder,
            "tracing.enabled=true",
            "tracing.endpoint=" + collector.endpoint(),
            "tracing.service=unipin-test",
            "tracing.share=" + share);
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    try {
      for (String parent : parents) {
        ask(channel, parent, candidates);
      }
    } finally {
      channel.shutdownNow();
      server.close();
    }
  }

  private static void ask(ManagedChannel channel, String parent, int candidates) {
    Metadata headers = new Metadata();
    if (!parent.isEmpty()) {
      headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), parent);
    }
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId("jane"))
            .setCandidates(candidates)
            .build();
    try {
      var page =
          UniPinGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .retrieveAndRank(request);
      assertThat(page.getItemsList()).isNotEmpty();
    } catch (StatusRuntimeException e) {
      assertThat(candidates).isGreaterThan(4096);
    }
  }

  private static List<Span> of(Collector collector, String name) {
    return collector.spans().stream().filter(span -> span.getName().equals(name)).toList();
  }

  private static List<Span> children(Collector collector, Span parent) {
    return collector.spans().stream()
        .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .toList();
  }

  private static String text(Span span, String key) {
    return span.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals(key))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElseThrow();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
