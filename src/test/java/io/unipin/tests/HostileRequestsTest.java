package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UniPinGrpc.UniPinBlockingStub;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests each call with values that are empty, huge, unknown, repeated, out of order or not a
 * number. The service must still work after each such call.
 */
@Timeout(120)
final class HostileRequestsTest {
  private static final long ITEM = TinyServer.FIRST_ID;

  @TempDir static Path folder;
  private static TinyServer server;
  private static ManagedChannel channel;
  private static UniPinBlockingStub stub;
  private static RetrieveAndRankResponse before;

  @BeforeAll
  static void start() throws Exception {
    server = TinyServer.start(folder);
    channel = ManagedChannelBuilder.forTarget(server.address()).usePlaintext().build();
    stub = UniPinGrpc.newBlockingStub(channel);
    before = server.client().retrieveAndRank(TinyServer.request(5));
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  @AfterEach
  void service_worksOn() throws Exception {
    RetrieveAndRankResponse after = server.client().retrieveAndRank(TinyServer.request(5));
    assertThat(after.getItemsList()).isEqualTo(before.getItemsList());
    assertThat(server.metric("unipin_cache_leases")).isZero();
  }

  @Test
  void retrieveAndRank_hostile_isInvalid() {
    invalidPage(RetrieveAndRankRequest.Builder::clear, "user.user_id");
    invalidPage(request -> request.setPageSize(Integer.MAX_VALUE), "page_size");
    invalidPage(request -> request.setPageSize(-1), "page_size");
    invalidPage(request -> request.setCandidates(Integer.MAX_VALUE), "candidates");
    invalidPage(request -> request.setPageCursor("AAAA"), "page_cursor");
    invalidPage(request -> request.setPageCursor("x".repeat(500_000)), "page_cursor");
    String foreign = server.client().retrieveAndRank(TinyServer.request(6)).getNextPageCursor();
    assertThat(foreign).isNotEmpty();
    invalidPage(request -> request.setPageCursor(foreign), "page_cursor");
    invalidPage(
        request -> request.getUserBuilder().setUserId("user6").setSurface("x"), "user.surface");
    for (float weight : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE}) {
      invalidPage(
          request -> request.getPreferencesBuilder().putUtilityWeights("click", weight),
          "preferences.utility_weights['click']");
      invalidPage(
          request -> request.getPreferencesBuilder().putOutcomes("click", weight),
          "preferences.outcomes['click']");
    }
    invalidPage(
        request ->
            request
                .getUserBuilder()
                .getHistoryBuilder()
                .addActions(action(ITEM, 10))
                .addActions(action(ITEM, 9)),
        "user.history.actions[1].time_ms");
    invalidPage(
        request ->
            request
                .getUserBuilder()
                .getHistoryBuilder()
                .addAllActions(IntStream.range(0, 16_385).mapToObj(i -> action(ITEM, i)).toList()),
        "user.history.actions");
    invalidPage(
        request -> request.getUserBuilder().addRecentActions(action(ITEM, -1)),
        "user.recent_actions[0].time_ms");
  }

  @Test
  void retrieveAndRank_oddButRight_isServed() {
    History history =
        History.newBuilder()
            .addActions(action(-1, 1))
            .addActions(action(Long.MAX_VALUE, 1))
            .addActions(action(ITEM, 1))
            .addActions(action(ITEM, 1))
            .setOmitted(1_000_000)
            .build();
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId("\u65e5\ud83d\ude00").setHistory(history))
            .setPreferences(
                Preferences.newBuilder()
                    .addExcludedItemIds(Long.MIN_VALUE)
                    .addExcludedItemIds(ITEM + 1)
                    .addExcludedItemIds(ITEM + 1)
                    .putUtilityWeights("hide", -1e6f))
            .build();
    RetrieveAndRankResponse response = stub.retrieveAndRank(request);
    assertThat(response.getItemsList()).hasSize(10);
    assertThat(response.getServed().getUnknownItemIdsList()).containsExactly(-1L, Long.MAX_VALUE);
    RetrieveAndRankResponse everything =
        stub.retrieveAndRank(
            request.toBuilder()
                .setPreferences(
                    Preferences.newBuilder()
                        .addAllExcludedItemIds(
                            LongStream.range(ITEM, ITEM + TinyServer.ITEMS).boxed().toList()))
                .build());
    assertThat(everything.getItemsList()).isEmpty();
    assertThat(everything.getNextPageCursor()).isEmpty();
  }

  @Test
  void retrieve_hostile_isInvalid() {
    assertInvalid(() -> stub.retrieve(RetrieveRequest.getDefaultInstance()), "user.user_id");
    RetrieveRequest request = RetrieveRequest.newBuilder().setUser(user()).build();
    assertInvalid(() -> stub.retrieve(request.toBuilder().setCandidates(-7).build()), "candidates");
    assertInvalid(
        () ->
            stub.retrieve(
                request.toBuilder()
                    .setPreferences(Preferences.newBuilder().putOutcomes("shout", 1))
                    .build()),
        "preferences.outcomes['shout']");
  }

  @Test
  void rank_hostile_isInvalid() {
    RankRequest empty = RankRequest.newBuilder().setUser(user()).build();
    assertInvalid(() -> stub.rank(empty), "item_ids");
    assertInvalid(
        () -> stub.rank(empty.toBuilder().addItemIds(ITEM).addItemIds(ITEM).build()),
        "item_ids[1]");
    assertInvalid(
        () ->
            stub.rank(
                empty.toBuilder()
                    .addAllItemIds(LongStream.range(0, 4097).boxed().toList())
                    .build()),
        "item_ids");
    RankRequest unknown = empty.toBuilder().addItemIds(1).addItemIds(2).build();
    assertThat(stub.rank(unknown).getItemsList()).isEmpty();
    assertThat(stub.rank(unknown).getServed().getUnknownItemIdsList()).containsExactly(1L, 2L);
  }

  @Test
  void recordActions_hostile_isInvalid() {
    assertThat(stub.recordActions(RecordActionsRequest.getDefaultInstance()).getRecorded())
        .isZero();
    assertInvalid(() -> stub.recordActions(record("", "e", 1)), "users[0].user_id");
    assertInvalid(() -> stub.recordActions(record("u", "", 1)), "users[0].actions[0].event_id");
    assertInvalid(
        () -> stub.recordActions(record("u", "e", Long.MIN_VALUE)), "users[0].actions[0].time_ms");
    RecordActionsRequest huge =
        RecordActionsRequest.newBuilder()
            .addUsers(
                UserActions.newBuilder()
                    .setUserId("u")
                    .addAllActions(
                        IntStream.range(0, 16_385).mapToObj(i -> action(ITEM, i)).toList()))
            .build();
    assertInvalid(() -> stub.recordActions(huge), "users");
    // A refused request records nothing. Repeated and late events are not errors.
    assertThat(stub.recordActions(record("u", "e", 5)).getRecorded()).isEqualTo(1);
    assertThat(stub.recordActions(record("u", "e", 5)).getDuplicates()).isEqualTo(1);
    assertThat(stub.recordActions(record("u", "late", 4)).getRecorded()).isEqualTo(1);
  }

  @Test
  void eraseUser_hostile_isInvalid() {
    assertInvalid(() -> stub.eraseUser(EraseUserRequest.getDefaultInstance()), "user_id");
    EraseUserRequest huge = EraseUserRequest.newBuilder().setUserId("x".repeat(100_000)).build();
    assertInvalid(() -> stub.eraseUser(huge), "user_id");
    EraseUserRequest unknown = EraseUserRequest.newBuilder().setUserId("nobody").build();
    assertThat(stub.eraseUser(unknown).getExisted()).isFalse();
  }

  @Test
  void anyCall_largerThanTheLimit_isRefusedUnread() {
    EraseUserRequest huge = EraseUserRequest.newBuilder().setUserId("x".repeat(2 << 20)).build();
    assertThatThrownBy(() -> stub.eraseUser(huge))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e ->
                assertThat(e.getStatus().getCode())
                    .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED));
  }

  private void invalidPage(Consumer<RetrieveAndRankRequest.Builder> change, String field) {
    RetrieveAndRankRequest.Builder request = RetrieveAndRankRequest.newBuilder().setUser(user());
    change.accept(request);
    assertInvalid(() -> stub.retrieveAndRank(request.build()), field);
  }

  private static void assertInvalid(Runnable call, String field) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              List<Any> details = StatusProto.fromThrowable(e).getDetailsList();
              try {
                ErrorInfo info = details.get(0).unpack(ErrorInfo.class);
                assertThat(info.getDomain()).isEqualTo("unipin");
                BadRequest bad = details.get(1).unpack(BadRequest.class);
                assertThat(bad.getFieldViolationsList())
                    .extracting(BadRequest.FieldViolation::getField)
                    .contains(field);
              } catch (InvalidProtocolBufferException broken) {
                throw new AssertionError(broken);
              }
            });
  }

  private static UserContext user() {
    return UserContext.newBuilder().setUserId("someone").build();
  }

  private static RecordActionsRequest record(String user, String event, long timeMs) {
    return RecordActionsRequest.newBuilder()
        .addUsers(
            UserActions.newBuilder()
                .setUserId(user)
                .addActions(action(ITEM, timeMs).toBuilder().setEventId(event)))
        .build();
  }

  private static Action action(long item, long timeMs) {
    return Action.newBuilder().setItemId(item).setTimeMs(timeMs).build();
  }
}
