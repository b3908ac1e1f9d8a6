package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests which entries calls of all kinds leave in the audit log of a real server. */
@Timeout(120)
final class AuditTest {
  private static final String USER = "user-with-a-name";

  @TempDir Path folder;

  private List<JsonNode> entries() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    Path place = folder.resolve("history-audit");
    if (Files.exists(place)) {
      try (Stream<Path> files = Files.list(place)) {
        for (Path file : files.sorted().toList()) {
          assertThat(Files.readString(file)).doesNotContain(USER);
          for (String line : Files.readAllLines(file)) {
            entries.add(new ObjectMapper().readTree(line));
          }
        }
      }
    }
    return entries;
  }

  private JsonNode last() throws IOException {
    List<JsonNode> entries = entries();
    return entries.get(entries.size() - 1);
  }

  /** Sends an empty message and waits until the call ends, with success or failure. */
  private static <Q, A> void call(ManagedChannel channel, MethodDescriptor<Q, A> method)
      throws InterruptedException {
    PrototypeMarshaller<Q> messages = (PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Q empty = Objects.requireNonNull(messages.getMessagePrototype());
    CountDownLatch ended = new CountDownLatch(1);
    StreamObserver<A> observer =
        new StreamObserver<>() {
          @Override
          public void onNext(A answer) {}

          @Override
          public void onError(Throwable failure) {
            ended.countDown();
          }

          @Override
          public void onCompleted() {
            ended.countDown();
          }
        };
    if (method.getType().clientSendsOneMessage()) {
      ClientCalls.asyncUnaryCall(channel.newCall(method, CallOptions.DEFAULT), empty, observer);
    } else {
      StreamObserver<Q> messagesOut =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(method, CallOptions.DEFAULT), observer);
      messagesOut.onNext(empty);
      messagesOut.onCompleted();
    }
    ended.await();
  }

  @Test
  void everyAdminCall_isInTheLog() throws Exception {
    Map<String, Integer> expected = new TreeMap<>();
    try (TinyServer server = TinyServer.start(folder)) {
      ManagedChannel channel = Channels.to(server.adminAddress(), ClientSecurity.NONE).build();
      try {
        for (MethodDescriptor<?, ?> method : UniPinAdminGrpc.getServiceDescriptor().getMethods()) {
          call(channel, method);
          expected.put(Objects.requireNonNull(method.getBareMethodName()), 1);
        }
      } finally {
        channel.shutdownNow();
      }
      Map<String, Integer> logged = new TreeMap<>();
      entries().forEach(entry -> logged.merge(entry.path("call").asText(), 1, Integer::sum));
      assertThat(logged).hasSizeGreaterThan(7).isEqualTo(expected);
      assertThat(entries())
          .allSatisfy(
              entry -> {
                assertThat(entry.path("outcome").asText()).isNotEmpty();
                assertThat(entry.path("time").asText()).startsWith("20");
                assertThat(entry.at("/who/address").asText()).isEqualTo("127.0.0.1");
              });
    }
  }

  @Test
  void calls_nameWhatTheyChange() throws Exception {
    try (TinyServer server = TinyServer.start(folder)) {
      server.admin().loadBundle("two");
      assertThat(last().at("/what/bundle").asText()).isEqualTo("two");
      assertThat(last().path("outcome").asText()).isEqualTo("OK");
      assertThatThrownBy(() -> server.admin().loadBundle("none"))
          .isInstanceOf(RequestException.class);
      assertThat(last().path("outcome").asText()).isEqualTo("INVALID_ARGUMENT");
      assertThatThrownBy(() -> server.admin().reloadCounts("2026-03-01"))
          .isInstanceOf(RequestException.class);
      assertThat(last().path("call").asText()).isEqualTo("ReloadCounts");
      assertThat(last().at("/what/counts").asText()).isEqualTo("2026-03-01");
      assertThat(last().path("outcome").asText()).isEqualTo("INVALID_ARGUMENT");
      server.admin().deleteItems(List.of(TinyServer.FIRST_ID, TinyServer.FIRST_ID + 1));
      assertThat(last().at("/what/deletes").asInt()).isEqualTo(2);
      server.client().eraseUser(USER);
      assertThat(last().path("call").asText()).isEqualTo("EraseUser");
      String name = last().at("/what/user").asText();
      assertThat(name).matches("[0-9a-f]{32}");
      int before = entries().size();
      server.client().retrieveAndRank(TinyServer.request(1));
      assertThat(entries()).as("calls that are not audited").hasSize(before);
      post(server, "load", "{\"bundle\":\"one\"}");
      assertThat(last().path("call").asText()).isEqualTo("console load");
      assertThat(last().at("/what/bundle").asText()).isEqualTo("one");
      post(server, "erase", "{\"user\":\"" + USER + "\"}");
      assertThat(last().path("call").asText()).isEqualTo("console erase");
      assertThat(last().at("/what/user").asText()).isEqualTo(name);
      post(server, "act", "{\"user\":\"" + USER + "\",\"item\":5000,\"actions\":[\"click\"]}");
      assertThat(last().path("call").asText()).isEqualTo("console act");
      assertThat(last().at("/what/user").asText()).isEqualTo(name);
      assertThat(last().at("/what/item").asText()).isEqualTo("5000");
      post(server, "put", "{\"item\":{\"key\":\"sku\",\"title\":\"private\"}}");
      assertThat(last().at("/what/item").asText()).isEqualTo("sku");
      post(server, "load", "{\"bundle\":\"none\"}");
      assertThat(last().path("outcome").asText()).isEqualTo("400");
    }
  }

  private static void post(TinyServer server, String action, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.console() + "api/" + action))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
  }

  @Test
  void callers_areNamedByTheirTokens() throws Exception {
    Path tokens = folder.resolve("tokens");
    String line = TokenTable.line(Set.of(Role.ADMIN), "operator");
    Files.writeString(tokens, line + "\n" + TokenTable.line(Set.of(Role.SERVE), "feed"));
    try (TinyServer server = TinyServer.start(folder, "security.tokens=" + tokens)) {
      bundle(server, "operator");
      assertThat(line).contains(" " + last().at("/who/token").asText());
      assertThat(last().at("/who/token").asText()).hasSize(12);
      assertThat(last().path("outcome").asText()).isEqualTo("OK");
      assertThatThrownBy(() -> bundle(server, "guess")).isInstanceOf(RequestException.class);
      assertThat(last().at("/who/token").asText()).isEqualTo("unknown");
      assertThat(last().path("outcome").asText()).isEqualTo("UNAUTHENTICATED");
      ClientSecurity feed = new ClientSecurity(null, null, null, "feed");
      try (UniPinClient client = UniPinClient.connect(server.address(), feed)) {
        assertThatThrownBy(() -> client.eraseUser(USER)).isInstanceOf(RequestException.class);
      }
      assertThat(last().path("call").asText()).isEqualTo("EraseUser");
      assertThat(last().path("outcome").asText()).isEqualTo("PERMISSION_DENIED");
    }
  }

  private static void bundle(TinyServer server, String token) {
    ClientSecurity security = new ClientSecurity(null, null, null, token);
    try (UniPinAdminClient admin = UniPinAdminClient.connect(server.adminAddress(), security)) {
      admin.bundle();
    }
  }
}
