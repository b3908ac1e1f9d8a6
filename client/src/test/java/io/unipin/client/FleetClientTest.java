package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.unipin.client.ReplicaStatus.State;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class FleetClientTest {
  private final List<FakeReplica> replicas = new ArrayList<>();
  private UniPinClient client;

  @BeforeEach
  void open() throws IOException {
    for (int i = 0; i < 3; i++) {
      replicas.add(new FakeReplica());
    }
    client = connect(Duration.ofSeconds(10));
  }

  private UniPinClient connect(Duration deadline) {
    String addresses = replicas.stream().map(FakeReplica::name).collect(Collectors.joining(", "));
    return UniPinClient.connect(addresses, deadline);
  }

  @AfterEach
  void close() {
    client.close();
    replicas.forEach(FakeReplica::close);
  }

  private static void page(UniPinClient client, String user) {
    client.retrieveAndRank(
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user))
            .build());
  }

  private static RecordActionsRequest action(String user, String event) {
    Action action = Action.newBuilder().setItemId(1).setEventId(event).build();
    return RecordActionsRequest.newBuilder()
        .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
        .build();
  }

  /** Returns the replicas in the order in which a user prefers them. */
  private List<FakeReplica> order(String user) {
    List<String> names = replicas.stream().map(FakeReplica::name).toList();
    return ReplicaOrder.of(user, names).stream()
        .map(name -> replicas.get(names.indexOf(name)))
        .toList();
  }

  private static StatusRuntimeException failure(Code code, Duration retryAfter) {
    com.google.protobuf.Duration delay =
        com.google.protobuf.Duration.newBuilder()
            .setSeconds(retryAfter.toSeconds())
            .setNanos(retryAfter.toNanosPart())
            .build();
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage("as the test wants")
            .addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()))
            .build());
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private void awaitState(FakeReplica replica, State state) throws Exception {
    await(
        () ->
            client.replicas().stream()
                .anyMatch(known -> known.name().equals(replica.name()) && known.state() == state));
  }

  @Test
  void calls_ofAUser_meetTheUsersReplicaAndHashTheUser() {
    for (int user = 0; user < 30; user++) {
      for (int call = 0; call < 3; call++) {
        page(client, "u" + user);
      }
      String hash = Call.header("u" + user);
      assertThat(order("u" + user).get(0).users().stream().filter(hash::equals)).hasSize(3);
    }
    assertThat(replicas).allSatisfy(replica -> assertThat(replica.users()).isNotEmpty());
    page(client, "Zoë 1");
    assertThat(order("Zoë 1").get(0).users()).contains("5651cfe9");
  }

  @Test
  void calls_afterAReplicaDied_goToTheNextAndComeBack() throws Exception {
    page(client, "u");
    List<FakeReplica> order = order("u");
    int port = order.get(0).port();
    order.get(0).close();
    for (int call = 0; call < 20; call++) {
      page(client, "u");
      client.recordActions(action("u", "e" + call));
    }
    assertThat(order.get(1).records()).isEqualTo(20);
    awaitState(order.get(0), State.AWAY);
    FakeReplica back = new FakeReplica(port);
    replicas.set(replicas.indexOf(order.get(0)), back);
    awaitState(back, State.SERVING);
    page(client, "u");
    assertThat(back.requests()).hasSize(1);
  }

  @Test
  void drainingReplica_isLeftAtOnce() throws Exception {
    FakeReplica first = order("u").get(0);
    awaitState(first, State.SERVING);
    page(client, "u");
    first.health(false);
    awaitState(first, State.DRAINING);
    int before = first.requests().size();
    for (int call = 0; call < 20; call++) {
      page(client, "u");
    }
    assertThat(first.requests()).hasSize(before);
    first.health(true);
    awaitState(first, State.SERVING);
    page(client, "u");
    assertThat(first.requests()).hasSize(before + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESOURCE_EXHAUSTED", "UNAVAILABLE"})
  void retryInfo_isObeyedBeforeTheNextReplicaIsAsked(Code code) {
    List<FakeReplica> order = order("u");
    order.get(0).fail(failure(code, Duration.ofMillis(300)));
    long begin = System.nanoTime();
    page(client, "u");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(300));
    assertThat(order.get(1).requests()).hasSize(1).isEqualTo(order.get(0).requests());
    assertThat(order.get(1).requests().get(0)).as("an id for both attempts").isNotEmpty();
  }

  @Test
  void retryInfo_beyondTheDeadline_failsAtOnce() {
    replicas.forEach(replica -> replica.fail(failure(Code.UNAVAILABLE, Duration.ofSeconds(30))));
    long begin = System.nanoTime();
    try (UniPinClient hasty = connect(Duration.ofSeconds(20))) {
      assertThatThrownBy(() -> page(hasty, "u"))
          .isInstanceOf(RequestException.class)
          .hasMessage("as the test wants");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    assertThat(replicas.stream().mapToInt(replica -> replica.requests().size()).sum()).isOne();
  }

  @Test
  void failure_ofAllReplicas_isRepeatedUntilTheDeadline() {
    replicas.forEach(replica -> replica.fail(failure(Code.UNAVAILABLE, Duration.ofMillis(1))));
    try (UniPinClient hasty = connect(Duration.ofSeconds(2))) {
      assertThatThrownBy(() -> page(hasty, "u"))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE));
    }
    // The pauses grow from 50 ms to 1 s, so five or six of them fit into two seconds.
    assertThat(replicas.stream().mapToInt(replica -> replica.requests().size()).sum())
        .isBetween(4, 8);
  }

  /**
   * If a caller gives its calls too little time, other callers must still be able to use the
   * replica.
   */
  @Test
  void callersWithoutTime_leaveTheReplicaToOthers() throws Exception {
    FakeReplica first = order("u").get(0);
    awaitState(first, State.SERVING);
    first.delay(100);
    try (UniPinClient hasty = connect(Duration.ofMillis(20))) {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3500); // several times SILENCE
      int failed = 0;
      while (System.nanoTime() < end) {
        assertThatThrownBy(() -> page(hasty, "u")).isInstanceOf(RequestException.class);
        failed++;
      }
      assertThat(failed).isGreaterThan(20);
      assertThat(hasty.replicas()).allMatch(replica -> replica.state() == State.SERVING);
      assertThat(first.requests()).hasSizeGreaterThan(20);
      assertThat(order("u").get(1).requests()).as("calls at the next replica").isEmpty();
    }
    int before = first.requests().size();
    page(client, "u");
    assertThat(first.requests()).hasSize(before + 1);
  }

  @Test
  void actionWithoutAnId_isSentOnce() {
    replicas.forEach(replica -> replica.fail(failure(Code.UNAVAILABLE, Duration.ZERO)));
    assertThatThrownBy(() -> client.recordActions(action("u", "")))
        .isInstanceOf(RequestException.class);
    assertThat(replicas.stream().mapToInt(FakeReplica::records).sum()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "INTERNAL"})
  void otherFailure_isNotRepeated(Code code) {
    replicas.forEach(replica -> replica.fail(failure(code, Duration.ZERO)));
    assertThatThrownBy(() -> page(client, "u")).isInstanceOf(RequestException.class);
    assertThat(replicas.stream().mapToInt(replica -> replica.requests().size()).sum()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:1,", "a:1,b", "a:1,b:x", "a:1,b:70000", "a:1,a:1", "dns:///a"})
  void connect_wrongAddress_isRefused(String address) {
    assertThatThrownBy(() -> UniPinClient.connect(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected, got");
  }
}
