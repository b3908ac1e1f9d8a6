package io.unipin.client;

import io.grpc.MethodDescriptor;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetractActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.RetrieveResponse;
import io.unipin.proto.v1.UniPinGrpc;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * A client of a server or of a fleet of servers. Each call has a deadline. A failed call throws a
 * {@link RequestException}.
 *
 * <p>An address is one of these:
 *
 * <ul>
 *   <li>{@code host:port}: one server, or a proxy in front of several servers. Each call is sent
 *       once.
 *   <li>{@code host1:9090,host2:9090}: a fleet. Each of these names is one replica.
 *   <li>{@code dns:///name:9090}: a fleet. Each address of the DNS name is one replica. The client
 *       follows changes of the addresses.
 * </ul>
 *
 * <p>With a fleet, all calls of a user go to the same replica, because that replica keeps the
 * user's encoded history ({@link ReplicaOrder}). If this replica can't take the calls, they go to
 * the next replica in the user's order. The reason may be that the replica drains, does not answer,
 * or has more than its share of this client's calls. If a call failed because a replica has no room
 * or does not answer, the client repeats the call within the deadline. It repeats no call that
 * could then count twice. So a call of {@code RecordActions} is repeated only if every action has
 * an event id. Send the actions of only one user in a call, so that the call reaches this user's
 * replica.
 *
 * <p>Calls are traced with OpenTelemetry if the program has set it up globally. Each attempt at a
 * replica is a span, which the replica continues.
 *
 * <p>Thread-safe.
 */
public final class UniPinClient implements AutoCloseable {
  /** The names of the stages in responses, in the order in which a request passes the stages. */
  public static final List<String> STAGES =
      List.of("history", "cache", "encode", "query", "search", "pre_rank", "score", "respond");

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Calls calls;
  private final Duration deadline;

  private UniPinClient(Calls calls, Duration deadline) {
    this.calls = calls;
    this.deadline = deadline;
  }

  /** Connects to an address. Each call has a deadline of ten seconds. */
  public static UniPinClient connect(String address) {
    return connect(address, DEADLINE);
  }

  public static UniPinClient connect(String address, Duration deadline) {
    return connect(address, ClientSecurity.NONE, deadline);
  }

  /** Connects to servers that require credentials. Each call has a deadline of ten seconds. */
  public static UniPinClient connect(String address, ClientSecurity security) {
    return connect(address, security, DEADLINE);
  }

  /**
   * Connects to servers that require credentials.
   *
   * @throws IllegalArgumentException when the address of a fleet has another form
   */
  public static UniPinClient connect(String address, ClientSecurity security, Duration deadline) {
    return open(address, security, deadline, GlobalOpenTelemetry::getOrNoop);
  }

  /**
   * Connects as {@link #connect(String, ClientSecurity, Duration)} does, and traces the calls with
   * the given library instead of the global one.
   *
   * @throws IllegalArgumentException when the address of a fleet has another form
   */
  public static UniPinClient connect(
      String address, ClientSecurity security, Duration deadline, OpenTelemetry telemetry) {
    return open(address, security, deadline, () -> telemetry);
  }

  private static UniPinClient open(
      String address,
      ClientSecurity security,
      Duration deadline,
      Supplier<OpenTelemetry> telemetry) {
    return new UniPinClient(
        Addresses.open(address, security, new ClientTraces(telemetry)), deadline);
  }

  public RetrieveAndRankResponse retrieveAndRank(RetrieveAndRankRequest request) {
    RetrieveAndRankRequest known =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(requestId()).build()
            : request;
    return call(UniPinGrpc.getRetrieveAndRankMethod(), known, request.getUser().getUserId(), true);
  }

  public RetrieveResponse retrieve(RetrieveRequest request) {
    RetrieveRequest known =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(requestId()).build()
            : request;
    return call(UniPinGrpc.getRetrieveMethod(), known, request.getUser().getUserId(), true);
  }

  public RankResponse rank(RankRequest request) {
    RankRequest known =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(requestId()).build()
            : request;
    return call(UniPinGrpc.getRankMethod(), known, request.getUser().getUserId(), true);
  }

  public RecordActionsResponse recordActions(RecordActionsRequest request) {
    String user = request.getUsersCount() == 0 ? "" : request.getUsers(0).getUserId();
    boolean identified =
        request.getUsersList().stream()
            .flatMap(actions -> actions.getActionsList().stream())
            .noneMatch(action -> action.getEventId().isEmpty());
    return call(UniPinGrpc.getRecordActionsMethod(), request, user, identified);
  }

  public RetractActionsResponse retractActions(RetractActionsRequest request) {
    return call(UniPinGrpc.getRetractActionsMethod(), request, request.getUserId(), true);
  }

  /**
   * Erases a user and returns whether anything was stored about the user. If the call was repeated,
   * an earlier attempt may have erased what was stored. The result is then false.
   */
  public boolean eraseUser(String user) {
    return erase(user).getExisted();
  }

  /**
   * Erases a user as {@link #eraseUser} does, and returns which replicas of the fleet have
   * confirmed the erasure.
   */
  public EraseUserResponse erase(String user) {
    EraseUserRequest request = EraseUserRequest.newBuilder().setUserId(user).build();
    return call(UniPinGrpc.getEraseUserMethod(), request, user, true);
  }

  /** Returns the replicas as this client sees them; empty for a client of one address. */
  public List<ReplicaStatus> replicas() {
    return calls instanceof FleetCalls fleet ? fleet.replicas() : List.of();
  }

  /** Returns an id for a request, so that a repeated request is recognised in logs. */
  private static String requestId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  private <Q, A> A call(MethodDescriptor<Q, A> method, Q request, String user, boolean repeatable) {
    return calls.send(new Call<>(method, request, user, repeatable), deadline.toNanos());
  }

  /** Closes the connections. Idempotent. */
  @Override
  public void close() {
    calls.close();
  }
}
