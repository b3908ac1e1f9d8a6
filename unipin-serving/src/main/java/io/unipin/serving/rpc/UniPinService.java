package io.unipin.serving.rpc;

import io.grpc.stub.StreamObserver;
import io.unipin.feedlog.FeedRules;
import io.unipin.model.features.ModelConfig;
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
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.experiment.Knob;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.log.Slate;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.cost.StageClock;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.Retrieval;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.rpc.CallRunner.Answer;
import io.unipin.serving.user.UserData;
import io.unipin.serving.user.UserMark;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The service's calls: read, run, write. Thread-safe. */
final class UniPinService extends UniPinGrpc.UniPinImplBase {
  private final BundleHolder bundles;
  private final Routes routes;
  private final UserData users;
  private final ServingMetrics metrics;
  private final CallTelemetry telemetry;
  private final CallRunner calls;
  private final CallRunner erasures;
  private final ResponseWriter writer;
  private final ActionIntake intake;
  private final RpcServices services;

  /**
   * @param erasures runs erasures, apart from pages: they wait for the disk
   */
  UniPinService(RpcServices services, CallRunner calls, CallRunner erasures) {
    this.services = services;
    this.bundles = services.bundles();
    this.routes = services.routes();
    this.users = services.users();
    this.metrics = services.metrics();
    this.telemetry = new CallTelemetry(metrics, services.tracing());
    this.calls = calls;
    this.erasures = erasures;
    this.writer = new ResponseWriter(services.configVersion());
    this.intake = new ActionIntake(services);
  }

  @Override
  public void retrieveAndRank(
      RetrieveAndRankRequest request, StreamObserver<RetrieveAndRankResponse> observer) {
    run(
        "RetrieveAndRank",
        observer,
        request.getUser().getUserId(),
        call -> {
          PageQuery query = reader(call.bundle()).page(request);
          Route route = call.route();
          Page page = route.recommender().retrieveAndRank(call.bundle(), query, call.clock());
          return new Answer<>(
              writer.page(page, call.clock().spent(), route),
              () -> {
                users.served(slate(query, page, route), call.mark());
                answered("RetrieveAndRank", call, page.trace());
                expose(call, query.user(), UsedKnobs.of(query), page.trace());
                services.shadow().copy(request, query, page);
              });
        });
  }

  @Override
  public void retrieve(RetrieveRequest request, StreamObserver<RetrieveResponse> observer) {
    run(
        "Retrieve",
        observer,
        request.getUser().getUserId(),
        call -> {
          RetrievalQuery query = reader(call.bundle()).retrieval(request);
          Route route = call.route();
          Retrieval found = route.recommender().retrieve(call.bundle(), query, call.clock());
          return new Answer<>(
              writer.retrieval(found, call.clock().spent(), route),
              () -> {
                answered("Retrieve", call, found.trace());
                expose(call, query.user(), UsedKnobs.of(query), found.trace());
              });
        });
  }

  @Override
  public void rank(RankRequest request, StreamObserver<RankResponse> observer) {
    run(
        "Rank",
        observer,
        request.getUser().getUserId(),
        call -> {
          RankingQuery query = reader(call.bundle()).ranking(request);
          Route route = call.route();
          Ranking ranking = route.recommender().rank(call.bundle(), query, call.clock());
          return new Answer<>(
              writer.ranking(ranking, call.clock().spent(), route),
              () -> {
                answered("Rank", call, ranking.trace());
                expose(call, query.user(), UsedKnobs.of(query), ranking.trace());
              });
        });
  }

  @Override
  public void recordActions(
      RecordActionsRequest request, StreamObserver<RecordActionsResponse> observer) {
    run("RecordActions", observer, bundle -> intake.record(request));
  }

  @Override
  public void retractActions(
      RetractActionsRequest request, StreamObserver<RetractActionsResponse> observer) {
    run("RetractActions", observer, bundle -> intake.retract(request));
  }

  @Override
  public void eraseUser(EraseUserRequest request, StreamObserver<EraseUserResponse> observer) {
    RequestReader gone = reader(new RequestReader.Schema(List.of(), List.of())); // of no bundle
    erasures.run(
        "EraseUser",
        observer,
        budget -> {
          boolean existed = users.erase(gone.erasure(request)).complete();
          return EraseUserResponse.newBuilder().setExisted(existed).build();
        });
  }

  /** Runs a call with the bundle that serves now, held until the call is done. */
  private <T> void run(String rpc, StreamObserver<T> observer, Function<LoadedBundle, T> work) {
    calls.run(
        rpc,
        observer,
        budget -> {
          StageClock clock = new StageClock(budget, System::nanoTime);
          try (BundleLease lease = bundles.acquire()) {
            return work.apply(lease.bundle());
          } catch (ServingException e) {
            telemetry.failed(rpc, e.kind(), clock);
            throw e;
          }
        });
  }

  /**
   * What one user's call runs with.
   *
   * @param mark of the user, when the call began
   */
  private record UserCall(Route route, LoadedBundle bundle, StageClock clock, UserMark mark) {}

  /** The same with the bundle of the user's arm. */
  private <T> void run(
      String rpc, StreamObserver<T> observer, String user, Function<UserCall, Answer<T>> work) {
    calls.serve(
        rpc,
        observer,
        budget -> {
          StageClock clock = new StageClock(budget, System::nanoTime);
          UserMark mark = users.mark(user);
          // An id that is too long is refused below; it needn't be hashed before.
          Route route = routes.of(user.length() <= FeedRules.ID_CHARS ? user : "");
          try (BundleLease lease = route.bundles().acquire()) {
            return work.apply(new UserCall(route, lease.bundle(), clock, mark));
          } catch (ServingException e) {
            telemetry.failed(rpc, e.kind(), clock);
            throw e;
          }
        });
  }

  private void expose(UserCall call, UserInput user, Set<Knob> used, Trace trace) {
    List<Assignment> assignments = call.route().assignments();
    if (!assignments.isEmpty()) {
      ExposureLog.Answer answer =
          new ExposureLog.Answer(
              trace.requestId(),
              user.id(),
              call.mark().exposed(),
              Math.min(user.timeMs(), services.clockMs().getAsLong()), // no exposure is to come
              used,
              trace.bundle(),
              trace.index(),
              services.configVersion());
      users.exposed(assignments, answer);
    }
  }

  private void answered(String rpc, UserCall call, Trace trace) {
    Map<Stage, Long> spent = telemetry.answered(rpc, call.route().metricArm(), trace, call.clock());
    long all = spent.values().stream().mapToLong(Long::longValue).sum();
    String cache = trace.cache().name().toLowerCase(Locale.ROOT);
    for (Assignment assignment : call.route().assignments()) {
      metrics.arm(assignment.experiment(), assignment.arm(), cache, all);
    }
  }

  private RequestReader reader(LoadedBundle bundle) {
    ModelConfig config = bundle.model().config();
    return reader(new RequestReader.Schema(config.actions(), config.surfaces()));
  }

  private RequestReader reader(RequestReader.Schema schema) {
    return new RequestReader(schema, services.maxPageSize(), services.clockMs().getAsLong());
  }

  private Slate slate(PageQuery query, Page page, Route route) {
    return new Slate(
        query.requestId(),
        query.user().id(),
        query.user().timeMs(),
        query.user().surface(),
        route.arm(),
        page.trace().bundle(),
        page.trace().index(),
        page.items().stream().mapToLong(RankedItem::id).toArray());
  }
}
