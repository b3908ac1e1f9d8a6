package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the spans of calls, and the headers that tell replicas of these spans. */
@Timeout(60)
final class ClientTracesTest {
  private static final String USER = "jane";

  private final List<FakeReplica> replicas = new ArrayList<>();
  private final KeptSpans telemetry = new KeptSpans();

  @BeforeEach
  void open() throws IOException {
    replicas.add(new FakeReplica());
    replicas.add(new FakeReplica());
  }

  @AfterEach
  void close() {
    replicas.forEach(FakeReplica::close);
    telemetry.close();
  }

  private UniPinClient client(String address) {
    return UniPinClient.connect(address, ClientSecurity.NONE, Duration.ofSeconds(10), telemetry);
  }

  private UniPinClient fleet() {
    return client(replicas.stream().map(FakeReplica::name).collect(Collectors.joining(",")));
  }

  private FakeReplica preferred(int place) {
    List<String> names = replicas.stream().map(FakeReplica::name).toList();
    return replicas.get(names.indexOf(ReplicaOrder.of(USER, names).get(place)));
  }

  private static void page(UniPinClient client) {
    client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(USER))
            .build());
  }

  private static String parent(SpanData span) {
    String flags = span.getSpanContext().getTraceFlags().asHex();
    return "00-%s-%s-%s".formatted(span.getTraceId(), span.getSpanId(), flags);
  }

  @Test
  void repeatedCall_isOneSpanWithASpanPerAttempt_whichTheReplicasContinue() {
    preferred(0).fail(Status.UNAVAILABLE.asRuntimeException());
    Span caller = telemetry.getTracer("test").spanBuilder("caller").startSpan();
    try (UniPinClient client = fleet()) {
      Context.current().with(caller).wrap(() -> page(client)).run();
    } finally {
      caller.end();
    }
    List<SpanData> spans = telemetry.spans();
    assertThat(spans)
        .extracting(SpanData::getName)
        .containsExactly(
            "unipin.v1.UniPin/RetrieveAndRank",
            "unipin.v1.UniPin/RetrieveAndRank",
            "UniPinClient/RetrieveAndRank",
            "caller");
    SpanData call = spans.get(2);
    assertThat(call.getParentSpanId()).isEqualTo(spans.get(3).getSpanId());
    assertThat(call.getAttributes().get(ClientTraces.ATTEMPTS)).isEqualTo(2);
    assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    for (int attempt = 0; attempt < 2; attempt++) {
      SpanData span = spans.get(attempt);
      FakeReplica replica = preferred(attempt);
      assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
      assertThat(span.getParentSpanId()).isEqualTo(call.getSpanId());
      assertThat(span.getTraceId()).isEqualTo(spans.get(3).getTraceId());
      assertThat(span.getAttributes().get(ClientTraces.REPLICA)).isEqualTo(replica.name());
      assertThat(span.getAttributes().get(ClientTraces.ATTEMPT)).isEqualTo(attempt + 1);
      assertThat(replica.parents()).containsExactly(parent(span));
      assertThat(span.toString()).doesNotContain(USER);
    }
    assertThat(spans.get(0).getStatus().getDescription()).isEqualTo("UNAVAILABLE");
    assertThat(spans.get(1).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(preferred(0).routes()).containsExactly("first");
    assertThat(preferred(1).routes()).containsExactly("other");
  }

  @Test
  void failedCall_isAnErrorInBothSpans() {
    preferred(0).fail(Status.INVALID_ARGUMENT.asRuntimeException());
    try (UniPinClient client = fleet()) {
      assertThatThrownBy(() -> page(client)).isInstanceOf(RequestException.class);
    }
    assertThat(telemetry.spans())
        .hasSize(2)
        .allSatisfy(
            span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
  }

  @Test
  void callToOneAddress_isOneSpanAndNamesNoRoute() {
    FakeReplica replica = Objects.requireNonNull(replicas.get(0));
    try (UniPinClient client = client(replica.name())) {
      page(client);
    }
    assertThat(telemetry.spans()).hasSize(1);
    assertThat(replica.parents()).containsExactly(parent(telemetry.spans().get(0)));
    assertThat(replica.routes()).containsExactly("null");
  }

  @Test
  void callWithoutATracingLibrary_hasNoParent() {
    FakeReplica replica = Objects.requireNonNull(replicas.get(0));
    try (UniPinClient client = UniPinClient.connect(replica.name())) {
      page(client);
    }
    assertThat(replica.parents()).containsExactly("null");
  }
}
