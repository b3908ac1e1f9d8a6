package io.unipin.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
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
import io.unipin.proto.v1.UniPinGrpc.UniPinBlockingStub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A client of a server. It has one connection, and each call has a deadline. A failed call throws a
 * {@link RequestException}. Thread-safe.
 */
public final class UniPinClient implements AutoCloseable {
  /** The names of the stages in responses, in the order in which a request passes the stages. */
  public static final List<String> STAGES =
      List.of("history", "cache", "encode", "query", "search", "score", "respond");

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final ManagedChannel channel;
  private final Duration deadline;

  private UniPinClient(ManagedChannel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /** Connects to {@code host:port}. Each call has a deadline of ten seconds. */
  public static UniPinClient connect(String address) {
    return connect(address, DEADLINE);
  }

  public static UniPinClient connect(String address, Duration deadline) {
    return new UniPinClient(Channels.open(address, ClientSecurity.NONE), deadline);
  }

  /** Connects to a server that requires credentials. Each call has a deadline of ten seconds. */
  public static UniPinClient connect(String address, ClientSecurity security) {
    return new UniPinClient(Channels.open(address, security), DEADLINE);
  }

  public RetrieveAndRankResponse retrieveAndRank(RetrieveAndRankRequest request) {
    return call(stub -> stub.retrieveAndRank(request));
  }

  public RetrieveResponse retrieve(RetrieveRequest request) {
    return call(stub -> stub.retrieve(request));
  }

  public RankResponse rank(RankRequest request) {
    return call(stub -> stub.rank(request));
  }

  public RecordActionsResponse recordActions(RecordActionsRequest request) {
    return call(stub -> stub.recordActions(request));
  }

  public RetractActionsResponse retractActions(RetractActionsRequest request) {
    return call(stub -> stub.retractActions(request));
  }

  /** Erases a user and returns whether anything was stored about the user. */
  public boolean eraseUser(String user) {
    EraseUserRequest request = EraseUserRequest.newBuilder().setUserId(user).build();
    EraseUserResponse response = call(stub -> stub.eraseUser(request));
    return response.getExisted();
  }

  private <T> T call(Function<UniPinBlockingStub, T> call) {
    try {
      return call.apply(
          UniPinGrpc.newBlockingStub(channel)
              .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS));
    } catch (StatusRuntimeException e) {
      throw RequestException.of(e);
    }
  }

  /** Closes the connection. Idempotent. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
