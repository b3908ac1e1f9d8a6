package io.unipin.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.unipin.client.ClientSecurity;
import io.unipin.client.ItemStream;
import io.unipin.client.ReplicaStatus;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.ListBundlesResponse;
import io.unipin.proto.v1.LoadBundleRequest;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.ReloadCountsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Makes the calls of cases with the Java client. */
final class JavaCalls {
  private static final int DEADLINE_MS = 10_000;

  private JavaCalls() {}

  /**
   * Makes the calls of cases, each with a client of its own.
   *
   * @param servers addresses and authorities, by the server's name in the cases
   * @return how each case ended
   */
  static List<JsonNode> outcomes(JsonNode servers, List<JsonNode> cases) {
    List<JsonNode> outcomes = new ArrayList<>();
    for (JsonNode test : cases) {
      JsonNode server = servers.path(test.path("server").asText());
      ClientSecurity security =
          new ClientSecurity(
              server.has("ca") ? Path.of(server.path("ca").asText()) : null,
              null,
              null,
              test.has("token") ? test.path("token").asText() : null);
      if (Conformance.isAdmin(test)) {
        try (UniPinAdminClient client =
            UniPinAdminClient.connect(server.path("admin").asText(), security)) {
          outcomes.add(outcome(test, () -> calls(client, test)));
        }
      } else {
        Duration deadline = Duration.ofMillis(test.path("deadlineMs").asInt(DEADLINE_MS));
        try (UniPinClient client =
            UniPinClient.connect(server.path("address").asText(), security, deadline)) {
          while (client.replicas().stream()
              .anyMatch(replica -> replica.state() == ReplicaStatus.State.UNKNOWN)) {
            Thread.onSpinWait();
          }
          outcomes.add(outcome(test, () -> List.of(call(client, test))));
        }
      }
    }
    return outcomes;
  }

  /** Makes the calls of a case. */
  private interface Calls {
    List<? extends Message> make();
  }

  private static JsonNode outcome(JsonNode test, Calls calls) {
    ObjectNode outcome = Conformance.JSON.createObjectNode();
    outcome.set("name", test.path("name"));
    try {
      ArrayNode answers = Conformance.JSON.createArrayNode();
      calls.make().forEach(answer -> answers.add(Conformance.json(answer)));
      outcome.set("answers", answers);
    } catch (RequestException e) {
      StatusRuntimeException status = (StatusRuntimeException) Objects.requireNonNull(e.getCause());
      outcome.put("code", status.getStatus().getCode().name());
      outcome.put("kind", e.kind().name());
      outcome.put("reason", reason(status, e.kind()));
      outcome.put("message", e.getMessage());
      ArrayNode violations = outcome.putArray("violations");
      e.violations().forEach(one -> violations.addArray().add(one.field()).add(one.description()));
      e.retryAfter().ifPresent(pause -> outcome.put("retryAfterMs", pause.toMillis()));
    }
    return outcome;
  }

  private static String reason(StatusRuntimeException status, RequestException.Kind kind) {
    com.google.rpc.Status details = StatusProto.fromThrowable(status);
    for (Any detail : details == null ? List.<Any>of() : details.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    return kind.name();
  }

  private static Message call(UniPinClient client, JsonNode test) {
    Message request = Conformance.requests(test).get(0);
    return switch (test.path("rpc").asText()) {
      case "RetrieveAndRank" -> client.retrieveAndRank((RetrieveAndRankRequest) request);
      case "Retrieve" -> client.retrieve((RetrieveRequest) request);
      case "Rank" -> client.rank((RankRequest) request);
      case "RecordActions" -> client.recordActions((RecordActionsRequest) request);
      case "RetractActions" -> client.retractActions((RetractActionsRequest) request);
      case "EraseUser" -> client.erase(((EraseUserRequest) request).getUserId());
      default -> throw new IllegalArgumentException("a known RPC expected, got " + test);
    };
  }

  private static List<? extends Message> calls(UniPinAdminClient client, JsonNode test) {
    List<Message> requests = Conformance.requests(test);
    Message request = requests.get(0);
    return switch (test.path("rpc").asText()) {
      case "LoadBundle" -> List.of(client.loadBundle(((LoadBundleRequest) request).getBundle()));
      case "RollBackBundle" -> List.of(client.rollBackBundle());
      case "ListBundles" ->
          List.of(ListBundlesResponse.newBuilder().addAllBundles(client.bundles()).build());
      case "GetBundle" -> List.of(client.bundle());
      case "ReloadCounts" ->
          List.of(client.reloadCounts(((ReloadCountsRequest) request).getCounts()));
      case "GetCache" -> List.of(client.cache());
      case "ChangeItems" -> List.of(client.changeItems((ChangeItemsRequest) request));
      case "GetIndex" -> List.of(client.index());
      case "GetItem" -> List.of(client.getItem((GetItemRequest) request));
      case "ChangeItemsStream" -> stream(client, requests);
      default -> throw new IllegalArgumentException("a known RPC expected, got " + test);
    };
  }

  private static List<Message> stream(UniPinAdminClient client, List<Message> requests) {
    List<Message> answers = new ArrayList<>();
    try (ItemStream stream = client.streamItems((message, verdicts) -> answers.add(verdicts))) {
      requests.forEach(request -> stream.send((ChangeItemsRequest) request));
      stream.finish();
    }
    return answers;
  }
}
