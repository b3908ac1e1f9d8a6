package io.unipin.cli.loadtest;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UniPinGrpc.UniPinImplBase;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** A fake server that listens on a free port. It remembers which users it knows. */
final class FakeUniPin extends UniPinImplBase implements AutoCloseable {
  private final Server server;

  /** The users who requested a page or have actions, and were not erased since. */
  final Set<String> users = ConcurrentHashMap.newKeySet();

  /** Whether an erasure of a user fails. */
  volatile Predicate<String> keeps = user -> false;

  FakeUniPin() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(this)
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void retrieveAndRank(
      RetrieveAndRankRequest request, StreamObserver<RetrieveAndRankResponse> answer) {
    users.add(request.getUser().getUserId());
    answer.onNext(
        RetrieveAndRankResponse.newBuilder()
            .addItems(ScoredItem.newBuilder().setItemId(7).putProbabilities("click", 0.5f))
            .setServed(
                Served.newBuilder()
                    .setBundle("fake")
                    .setCache(Served.CacheOutcome.HIT)
                    .putStagesMs("score", 1))
            .build());
    answer.onCompleted();
  }

  @Override
  public void recordActions(
      RecordActionsRequest request, StreamObserver<RecordActionsResponse> answer) {
    request.getUsersList().forEach(user -> users.add(user.getUserId()));
    answer.onNext(RecordActionsResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void eraseUser(EraseUserRequest request, StreamObserver<EraseUserResponse> answer) {
    String user = request.getUserId();
    if (keeps.test(user)) {
      answer.onError(Status.INTERNAL.withDescription("the disk failed").asRuntimeException());
      return;
    }
    boolean existed = users.remove(user);
    answer.onNext(EraseUserResponse.newBuilder().setExisted(existed).build());
    answer.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
