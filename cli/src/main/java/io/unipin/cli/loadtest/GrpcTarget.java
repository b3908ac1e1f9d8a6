package io.unipin.cli.loadtest;

import com.google.rpc.RetryInfo;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.unipin.client.Channels;
import io.unipin.client.ClientSecurity;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.proto.v1.UniPinGrpc.UniPinStub;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A server that is called over several connections. The connections take turns. Thread-safe. */
public final class GrpcTarget implements Target, AutoCloseable {
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final Call call;

  /** The options of every page request. The value 0 leaves an option to the server. */
  public record Call(int pageSize, int candidates, Duration deadline) {}

  public GrpcTarget(String address, int connections, Call call) {
    this(address, ClientSecurity.NONE, connections, call);
  }

  public GrpcTarget(String address, ClientSecurity security, int connections, Call call) {
    this.call = call;
    for (int i = 0; i < connections; i++) {
      channels.add(Channels.to(address, security).directExecutor().build());
    }
  }

  private UniPinStub stub(Deadline deadline) {
    ManagedChannel channel = channels.get(Math.floorMod(turn.getAndIncrement(), channels.size()));
    return UniPinGrpc.newStub(channel).withDeadline(deadline);
  }

  private static Deadline after(Duration time) {
    return Deadline.after(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void page(String user, String cursor, Consumer<Reply> done) {
    page(user, cursor, call.deadline(), done);
  }

  /** Requests a page whose deadline is {@code time} from now. */
  public void page(String user, String cursor, Duration time, Consumer<Reply> done) {
    Deadline deadline = after(time);
    RetrieveAndRankRequest request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user))
            .setPageCursor(cursor)
            .setPageSize(call.pageSize())
            .setCandidates(call.candidates())
            .build();
    stub(deadline)
        .retrieveAndRank(
            request,
            new OneAnswer<RetrieveAndRankResponse, Reply>(GrpcTarget::reply, Reply::failed, done));
  }

  private static Reply reply(RetrieveAndRankResponse response) {
    Served served = response.getServed();
    return new Reply(
        "",
        response.getNextPageCursor(),
        response.getItemsList().stream().map(ScoredItem::getItemId).toList(),
        served.getCache().name().toLowerCase(Locale.ROOT),
        served.getStagesMsMap(),
        served.getDegradationsCount() > 0);
  }

  @Override
  public void record(List<Act> acts, Consumer<String> done) {
    UserActions.Builder user = UserActions.newBuilder().setUserId(acts.get(0).user());
    for (Act act : acts) {
      user.addActions(
          Action.newBuilder()
              .setItemId(act.item())
              .addActions(act.action())
              .setTimeMs(act.timeMs())
              .setEventId(act.eventId()));
    }
    stub(after(call.deadline()))
        .recordActions(
            RecordActionsRequest.newBuilder().addUsers(user).build(),
            new OneAnswer<RecordActionsResponse, String>(answer -> "", kind -> kind, done));
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** An observer that passes on the answer of a unary call, or the kind of the call's failure. */
  private static final class OneAnswer<T, R> implements StreamObserver<T> {
    private final Function<T, R> answer;
    private final Function<String, R> failure;
    private final Consumer<R> done;

    OneAnswer(Function<T, R> answer, Function<String, R> failure, Consumer<R> done) {
      this.answer = answer;
      this.failure = failure;
      this.done = done;
    }

    @Override
    public void onNext(T value) {
      done.accept(answer.apply(value));
    }

    @Override
    public void onError(Throwable t) {
      String kind = Status.fromThrowable(t).getCode().name().toLowerCase(Locale.ROOT);
      boolean vague = kind.equals("resource_exhausted") && !saysWhenToRetry(t);
      done.accept(failure.apply(vague ? kind + "_without_retry_info" : kind));
    }

    private static boolean saysWhenToRetry(Throwable t) {
      com.google.rpc.Status status = StatusProto.fromThrowable(t);
      return status != null
          && status.getDetailsList().stream().anyMatch(detail -> detail.is(RetryInfo.class));
    }

    @Override
    public void onCompleted() {}
  }
}
