package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.RetrieveResponse;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compares the answers to JSON calls over HTTP with the answers to the same calls over gRPC. */
@Timeout(120)
final class JsonCallsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private TinyServer server;
  private JsonClient json;
  private JsonClient admin;
  private ManagedChannel channel;
  private UniPinGrpc.UniPinBlockingStub stub;

  @BeforeEach
  void start() throws IOException {
    server = TinyServer.start(folder, "json.enabled=true");
    json = new JsonClient(server.json());
    admin = new JsonClient(server.adminJson());
    channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
    stub = UniPinGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void pages_equalThoseOfGrpc() throws Exception {
    for (int user = 0; user < 5; user++) {
      RetrieveAndRankRequest page =
          TinyServer.request(user).toBuilder().setRequestId("r" + user).build();
      RetrieveAndRankResponse.Builder read = RetrieveAndRankResponse.newBuilder();
      same(stub.retrieveAndRank(page), call("RetrieveAndRank", page, read));
      assertThat(read.getItemsCount()).isEqualTo(10);

      RetrieveRequest retrieval =
          RetrieveRequest.newBuilder().setUser(page.getUser()).setRequestId("q").build();
      same(stub.retrieve(retrieval), call("Retrieve", retrieval, RetrieveResponse.newBuilder()));

      RankRequest ranking =
          RankRequest.newBuilder()
              .setUser(page.getUser())
              .addItemIds(TinyServer.FIRST_ID)
              .addItemKeys(TinyServer.key(TinyServer.FIRST_ID + 2))
              .setRequestId("k")
              .build();
      same(stub.rank(ranking), call("Rank", ranking, RankResponse.newBuilder()));
    }
  }

  private Message call(String rpc, Message request, Message.Builder answer) throws Exception {
    JsonClient.Answer got = json.call(rpc, JsonFormat.printer().print(request));
    assertThat(got.status()).as(got.body().toString()).isEqualTo(200);
    JsonFormat.parser().merge(got.body().toString(), answer);
    return answer.build();
  }

  /**
   * Compares two answers. Ignores the times and the cache's outcome, which differ from call to
   * call.
   */
  private static void same(Message grpc, Message json) {
    assertThat(settled(json)).isEqualTo(settled(grpc));
  }

  private static Message settled(Message answer) {
    var field = answer.getDescriptorForType().findFieldByName("served");
    Served served =
        ((Served) answer.getField(field))
            .toBuilder().clearStagesMs().clearCache().clearEncodedActions().build();
    Message.Builder changed = answer.toBuilder().setField(field, served);
    var cursor = answer.getDescriptorForType().findFieldByName("next_page_cursor");
    return cursor == null ? changed.build() : changed.clearField(cursor).build();
  }

  @Test
  void history_isRecordedCorrectedAndErased() throws Exception {
    String action =
        """
        {"users": [{"userId": "u", "actions": [
          {"itemId": "5001", "actions": ["click"], "timeMs": "%s", "eventId": "e"}]}]}
        """
            .formatted(TinyServer.NOW);
    assertThat(json.call("RecordActions", action).body().path("recorded").asInt()).isEqualTo(1);
    JsonNode again = json.call("RecordActions", action).body();
    assertThat(again.path("recorded").asInt()).isZero();
    assertThat(again.path("duplicates").asInt()).isEqualTo(1);
    JsonNode page = json.call("RetrieveAndRank", "{\"user\":{\"userId\":\"u\"}}").body();
    assertThat(page.path("served").path("historyActions").asInt()).isEqualTo(1);
    assertThat(page.path("items").get(0).path("itemId").isTextual()).isTrue();
    JsonNode retracted =
        json.call("RetractActions", "{\"userId\":\"u\",\"eventIds\":[\"e\"]}").body();
    assertThat(retracted.path("retracted").asInt()).isEqualTo(1);
    assertThat(json.call("EraseUser", "{\"userId\":\"u\"}").body().path("existed").asBoolean())
        .isTrue();
  }

  @Test
  void administration_isOnItsOwnPort() throws Exception {
    JsonNode bundle = admin.call("GetBundle", "{}").body();
    assertThat(bundle.path("bundle").asText()).isEqualTo("one");
    assertThat(bundle.path("items").asText()).isEqualTo("" + TinyServer.ITEMS);
    assertThat(admin.call("LoadBundle", "{\"bundle\":\"two\"}").body().path("bundle").asText())
        .isEqualTo("two");
    JsonNode deleted = admin.call("ChangeItems", "{\"deletes\":[5003]}").body();
    assertThat(deleted.path("verdicts").get(0).path("outcome").asText()).isEqualTo("DELETED");
  }

  @Test
  void error_hasTheDetailsOfGrpc() throws Exception {
    RetrieveAndRankRequest wrong =
        TinyServer.request(1).toBuilder().setPageSize(-1).setPageCursor("none").build();
    JsonClient.Answer answer = json.call("RetrieveAndRank", JsonFormat.printer().print(wrong));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("INVALID_ARGUMENT");
    assertThatThrownBy(() -> stub.retrieveAndRank(wrong))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(answer.body().path("message").asText())
                  .isEqualTo(e.getStatus().getDescription());
              assertThat(answer.body().path("details")).isEqualTo(details(e));
            });
  }

  private static JsonNode details(StatusRuntimeException failure) {
    TypeRegistry types =
        TypeRegistry.newBuilder()
            .add(ErrorInfo.getDescriptor())
            .add(BadRequest.getDescriptor())
            .build();
    try {
      return JSON.readTree(
              JsonFormat.printer()
                  .usingTypeRegistry(types)
                  .print(StatusProto.fromThrowable(failure)))
          .path("details");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void calls_areCountedAsThoseOfGrpc() throws Exception {
    json.call("Retrieve", "{\"user\":{\"userId\":\"u\"}}");
    json.call("Retrieve", "{\"user\":{}}");
    json.call("Retrieve", "{\"user\":");
    json.call("Retrive", "{}");
    counted("OK", 1);
    counted("INVALID_ARGUMENT", 2);
    assertThat(server.metric("unipin_json_refused_total{status=\"404\"}")).isEqualTo(1);
    assertThat(server.metric("unipin_json_connections")).isEqualTo(1);
    assertThat(server.metric("unipin_receiving_bytes")).isZero();
  }

  /**
   * Waits until the server has counted this many calls with a status. The server counts a call
   * after it has answered.
   */
  private void counted(String status, int calls) throws Exception {
    String name = "unipin_requests_seconds_count{rpc=\"Retrieve\",status=\"" + status + "\"}";
    while (server.metric(name) < calls) {
      Thread.onSpinWait(); // the time limit of the test ends this loop
    }
    assertThat(server.metric(name)).isEqualTo(calls);
  }

  @Test
  void priority_unknown_isRefusedAsByGrpc() throws Exception {
    JsonClient.Answer answer =
        json.call("Retrieve", "{\"user\":{\"userId\":\"u\"}}", "unipin-priority", "first");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().path("message").asText()).contains("unipin-priority: one of");
    assertThat(
            json.call("Retrieve", "{\"user\":{\"userId\":\"u\"}}", "unipin-priority", "batch")
                .status())
        .isEqualTo(200);
  }

  @Test
  void health_isThatOfTheServer() throws Exception {
    assertThat(json.get("/healthz").body().path("status").asText()).isEqualTo("SERVING");
    assertThat(admin.get("/healthz").status()).isEqualTo(200);
  }
}
