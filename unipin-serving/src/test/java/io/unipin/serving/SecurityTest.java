package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.GetBundleRequest;
import io.unipin.proto.v1.GetCacheRequest;
import io.unipin.proto.v1.GetIndexRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.ListBundlesRequest;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TestCertificate;
import io.unipin.serving.security.TokenTable;
import io.unipin.settings.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class SecurityTest {
  private static final String HOST = "127.0.0.1:";
  private static final UserContext USER = UserContext.newBuilder().setUserId("u").build();

  @TempDir Path folder;

  @Test
  void tokens_everyRole_allowsItsOwnCallsOnly() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (Role role : Role.values()) {
      lines.append(TokenTable.line(EnumSet.of(role), "token of " + role)).append('\n');
    }
    Path tokens = Files.writeString(folder.resolve("tokens"), lines);
    try (UniPinServer server = TestServer.start(folder, "security.tokens=" + tokens)) {
      for (Role role : Role.values()) {
        ClientSecurity caller = token("token of " + role);
        callEverything(server, caller)
            .forEach(
                (needed, code) ->
                    assertThat(code)
                        .as("%s with a token for %s", needed, role)
                        .isEqualTo(
                            allows(role, needed) ? Status.Code.OK : Status.Code.PERMISSION_DENIED));
      }
      for (ClientSecurity stranger : new ClientSecurity[] {ClientSecurity.NONE, token("guess")}) {
        assertThat(callEverything(server, stranger).values())
            .containsOnly(Status.Code.UNAUTHENTICATED);
      }
      ManagedChannel channel = Channels.to(HOST + server.port(), ClientSecurity.NONE).build();
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      channel.shutdownNow();
    }
  }

  /** Whether a token with one role may make the calls of another role. */
  private static boolean allows(Role role, Role needed) {
    return role == needed || (role == Role.ADMIN && needed == Role.ITEMS);
  }

  /**
   * For every role, makes all calls that need this role. Checks that all of these calls end with
   * the same status. Returns the status of each role.
   */
  private static Map<Role, Status.Code> callEverything(UniPinServer server, ClientSecurity caller) {
    ManagedChannel serving = Channels.to(HOST + server.port(), caller).build();
    ManagedChannel administration = Channels.to(HOST + server.adminPort(), caller).build();
    try {
      UniPinGrpc.UniPinBlockingStub stub = UniPinGrpc.newBlockingStub(serving);
      Map<Role, Status.Code> codes = new EnumMap<>(Role.class);
      codes.put(
          Role.SERVE,
          same(
              code(
                  () ->
                      stub.retrieveAndRank(
                          RetrieveAndRankRequest.newBuilder().setUser(USER).build())),
              code(() -> stub.retrieve(RetrieveRequest.newBuilder().setUser(USER).build())),
              code(
                  () ->
                      stub.rank(RankRequest.newBuilder().setUser(USER).addItemIds(1000).build()))));
      RetractActionsRequest retraction =
          RetractActionsRequest.newBuilder().setUserId("u").addEventIds("e").build();
      codes.put(
          Role.RECORD,
          same(
              code(() -> stub.recordActions(RecordActionsRequest.getDefaultInstance())),
              code(() -> stub.retractActions(retraction))));
      codes.put(
          Role.ERASE,
          code(() -> stub.eraseUser(EraseUserRequest.newBuilder().setUserId("u").build())));
      UniPinAdminGrpc.UniPinAdminBlockingStub admin =
          UniPinAdminGrpc.newBlockingStub(administration);
      codes.put(
          Role.ITEMS,
          same(
              code(() -> admin.changeItems(ChangeItemsRequest.getDefaultInstance())),
              code(() -> admin.getItem(GetItemRequest.getDefaultInstance())),
              end(UniPinAdminGrpc.newStub(administration)::changeItemsStream)));
      codes.put(
          Role.ADMIN,
          same(
              code(() -> admin.getBundle(GetBundleRequest.getDefaultInstance())),
              code(() -> admin.getIndex(GetIndexRequest.getDefaultInstance())),
              code(() -> admin.getCache(GetCacheRequest.getDefaultInstance())),
              code(() -> admin.listBundles(ListBundlesRequest.getDefaultInstance())),
              reflection(administration)));
      return codes;
    } finally {
      serving.shutdownNow();
      administration.shutdownNow();
    }
  }

  private static Status.Code same(Status.Code first, Status.Code... others) {
    assertThat(others).containsOnly(first);
    return first;
  }

  @Test
  void servingPort_neverReflectsNorAdministers() {
    try (UniPinServer server = TestServer.start(folder)) {
      ManagedChannel serving = Channels.to(HOST + server.port(), ClientSecurity.NONE).build();
      ManagedChannel admin = Channels.to(HOST + server.adminPort(), ClientSecurity.NONE).build();
      assertThat(reflection(serving)).isEqualTo(Status.Code.UNIMPLEMENTED);
      assertThat(reflection(admin)).isEqualTo(Status.Code.OK);
      assertThat(
              code(
                  () ->
                      UniPinAdminGrpc.newBlockingStub(serving)
                          .getBundle(GetBundleRequest.getDefaultInstance())))
          .isEqualTo(Status.Code.UNIMPLEMENTED);
      serving.shutdownNow();
      admin.shutdownNow();
    }
  }

  @Test
  void tls_asksAdministratorsForACertificateAndKeepsStrangersOut() throws Exception {
    TestCertificate own = TestCertificate.make(folder, "server");
    TestCertificate operator = TestCertificate.make(folder, "operator");
    TestCertificate stranger = TestCertificate.make(folder, "stranger");
    try (UniPinServer server =
        TestServer.start(
            folder,
            "security.certificate=" + own.certificate(),
            "security.key=" + own.key(),
            "security.clientAuthorities=" + operator.certificate())) {
      ClientSecurity trusting = new ClientSecurity(own.certificate(), null, null, null);
      assertThat(page(server, trusting)).isEmpty();
      assertThat(page(server, ClientSecurity.NONE)).contains(RequestException.Kind.UNAVAILABLE);
      ClientSecurity wrongServer = new ClientSecurity(stranger.certificate(), null, null, null);
      assertThat(page(server, wrongServer)).contains(RequestException.Kind.UNAVAILABLE);

      assertThat(bundle(server, identified(own, operator))).isEmpty();
      assertThat(bundle(server, trusting)).contains(RequestException.Kind.UNAVAILABLE);
      assertThat(bundle(server, identified(own, stranger)))
          .contains(RequestException.Kind.UNAVAILABLE);
    }
  }

  @Test
  void tls_changedFiles_areTakenWithoutARestart() throws Exception {
    TestCertificate first = TestCertificate.make(folder, "first");
    TestCertificate second = TestCertificate.make(folder, "second");
    Path certificate = Files.copy(first.certificate(), folder.resolve("server.pem"));
    Path key = Files.copy(first.key(), folder.resolve("server.key"));
    Files.setLastModifiedTime(certificate, FileTime.fromMillis(1000));
    Files.setLastModifiedTime(key, FileTime.fromMillis(1000));
    try (UniPinServer server =
        TestServer.start(
            folder,
            "security.certificate=" + certificate,
            "security.key=" + key,
            "security.reload=20ms")) {
      ClientSecurity old = new ClientSecurity(first.certificate(), null, null, null);
      ClientSecurity fresh = new ClientSecurity(second.certificate(), null, null, null);
      assertThat(page(server, old)).isEmpty();
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      while (page(server, fresh).isPresent()) {
        Thread.onSpinWait(); // the time limit of the test ends this loop
      }
      assertThat(page(server, old)).contains(RequestException.Kind.UNAVAILABLE);
    }
  }

  /** A certificate is often renewed for the same key, so that only one of the files changes. */
  @Test
  void tls_certificateRenewedForTheSameKey_isTakenWithoutARestart() throws Exception {
    TestCertificate first = TestCertificate.make(folder, "first");
    TestCertificate renewed = TestCertificate.renew(folder, "first", "renewed");
    Path certificate = Files.copy(first.certificate(), folder.resolve("server.pem"));
    Files.setLastModifiedTime(certificate, FileTime.fromMillis(1000));
    try (UniPinServer server =
        TestServer.start(
            folder,
            "security.certificate=" + certificate,
            "security.key=" + first.key(),
            "security.reload=20ms")) {
      ClientSecurity fresh = new ClientSecurity(renewed.certificate(), null, null, null);
      assertThat(page(server, fresh)).contains(RequestException.Kind.UNAVAILABLE);
      Files.copy(renewed.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      while (page(server, fresh).isPresent()) {
        Thread.onSpinWait(); // the time limit of the test ends this loop
      }
    }
  }

  /** Between the writes of two files, one of them is new and the other is old. */
  @Test
  void tls_certificateOfAnotherKey_changesNothingUntilTheKeyComes() throws Exception {
    TestCertificate first = TestCertificate.make(folder, "first");
    TestCertificate second = TestCertificate.make(folder, "second");
    Path certificate = Files.copy(first.certificate(), folder.resolve("server.pem"));
    Path key = Files.copy(first.key(), folder.resolve("server.key"));
    Files.setLastModifiedTime(certificate, FileTime.fromMillis(1000));
    Files.setLastModifiedTime(key, FileTime.fromMillis(1000));
    try (UniPinServer server =
        TestServer.start(
            folder,
            "security.certificate=" + certificate,
            "security.key=" + key,
            "security.reload=5ms")) {
      ClientSecurity old = new ClientSecurity(first.certificate(), null, null, null);
      ClientSecurity fresh = new ClientSecurity(second.certificate(), null, null, null);
      Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      Thread.sleep(100); // many checks
      assertThat(page(server, old)).isEmpty();
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      while (page(server, fresh).isPresent()) {
        Thread.onSpinWait(); // the time limit of the test ends this loop
      }
    }
  }

  @Test
  void start_filesThatAreNot_failsInOneLine() throws Exception {
    assertThatThrownBy(
            () ->
                TestServer.start(
                    folder, "security.certificate=/nowhere.pem", "security.key=/nowhere.key"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("security: ");
    TestCertificate first = TestCertificate.make(folder, "first");
    TestCertificate second = TestCertificate.make(folder, "second");
    assertThatThrownBy(
            () ->
                UniPinServer.start(
                    TestServer.config(
                        folder,
                        "security.certificate=" + first.certificate(),
                        "security.key=" + second.key())))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith("the key of first.pem expected, got another key in second.key");
    assertThatThrownBy(
            () -> UniPinServer.start(TestServer.config(folder, "security.tokens=/nowhere")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("tokens: ");
    assertThatThrownBy(() -> TestServer.config(folder, "security.key=/some.key"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("security.certificate");
  }

  private static ClientSecurity token(String token) {
    return new ClientSecurity(null, null, null, token);
  }

  private static ClientSecurity identified(TestCertificate server, TestCertificate client) {
    return new ClientSecurity(server.certificate(), client.certificate(), client.key(), null);
  }

  private static Optional<RequestException.Kind> page(
      UniPinServer server, ClientSecurity security) {
    try (UniPinClient client = UniPinClient.connect(HOST + server.port(), security)) {
      client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(USER).build());
      return Optional.empty();
    } catch (RequestException e) {
      return Optional.of(e.kind());
    }
  }

  private static Optional<RequestException.Kind> bundle(
      UniPinServer server, ClientSecurity security) {
    try (UniPinAdminClient admin = UniPinAdminClient.connect(HOST + server.adminPort(), security)) {
      admin.bundle();
      return Optional.empty();
    } catch (RequestException e) {
      return Optional.of(e.kind());
    }
  }

  private static Status.Code code(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static Status.Code reflection(ManagedChannel channel) {
    return end(
        (StreamObserver<ServerReflectionResponse> observer) -> {
          StreamObserver<ServerReflectionRequest> requests =
              ServerReflectionGrpc.newStub(channel).serverReflectionInfo(observer);
          requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
          return requests;
        });
  }

  /** Opens a stream, sends its end, and returns how the server ends it. */
  private static <Q, A> Status.Code end(Function<StreamObserver<A>, StreamObserver<Q>> call) {
    CompletableFuture<Status.Code> end = new CompletableFuture<>();
    call.apply(
            new StreamObserver<>() {
              @Override
              public void onNext(A response) {}

              @Override
              public void onError(Throwable failure) {
                end.complete(Status.fromThrowable(failure).getCode());
              }

              @Override
              public void onCompleted() {
                end.complete(Status.Code.OK);
              }
            })
        .onCompleted();
    return end.join();
  }
}
