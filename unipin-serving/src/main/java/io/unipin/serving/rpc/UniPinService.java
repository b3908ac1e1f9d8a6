package io.unipin.serving.rpc;

import io.grpc.stub.StreamObserver;
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
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.experiment.Knob;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.log.Slate;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.Retrieval;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.rpc.CallRunner.Answer;
import io.unipin.serving.user.Erasure;
import io.unipin.serving.user.UserData;
import io.unipin.serving.user.UserMark;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The calls of the service. Each call reads its request, runs and writes its response. Thread-safe.
 */
final class UniPinService extends UniPinGrpc.UniPinImplBase {
  private static final String PAGE = "RetrieveAndRank";
  private static final String RETRIEVAL = "Retrieve";
  private static final String RANKING = "Rank";
  private static final String RECORDING = "RecordActions";
  private static final String RETRACTION = "RetractActions";

  private final Routes routes;
  private final UserData users;
  private final ServingMetrics metrics;
  private final CallTelemetry telemetry;
  private final CallRunner calls;
  private final CallRunner changes;
  private final CallRunner erasures;
  private final ResponseWriter writer;
  private final ActionIntake intake;
  private final RpcServices services;

  UniPinService(RpcServices services, CallRunners runners) {
    this.services = services;
    this.routes = services.bundles().routes();
    this.users = services.users();
    this.metrics = services.metrics();
    this.telemetry = new CallTelemetry(services.telemetry());
    this.calls = runners.pages();
    this.changes = runners.changes();
    this.erasures = runners.erasures();
    this.writer = new ResponseWriter(services.identity().configVersion());
    this.intake = new ActionIntake(services, users.journal());
  }

  @Override
  public void retrieveAndRank(
      RetrieveAndRankRequest request, StreamObserver<RetrieveAndRankResponse> observer) {
    calls.serve(
        PAGE, () -> kind(PAGE, request.getUser()), observer, budget -> page(request, budget));
  }

  private Answer<RetrieveAndRankResponse> page(RetrieveAndRankRequest request, CallBudget budget) {
    UserCall call = begin(PAGE, request.getUser().getUserId(), budget);
    try (BundleLease lease = call.route().bundles().acquire()) {
      RequestReader reader = reader(lease.bundle());
      PageQuery query = reader.page(request);
      Page page = call.recommender().retrieveAndRank(lease.bundle(), query, call.clock());
      return new Answer<>(
          writer.page(page, call.clock().spent(), call.route(), reader.items()),
          () -> {
            users.served(slate(query, page, call.route()), call.mark());
            metrics.impressions().explored(page.draws().explored());
            answered(call, query.user(), UsedKnobs.of(query), page.trace());
            services.shadow().copy(request, query, page);
          });
    } catch (RuntimeException e) {
      throw failed(call.rpc(), call.clock(), e);
    }
  }

  @Override
  public void retrieve(RetrieveRequest request, StreamObserver<RetrieveResponse> observer) {
    calls.serve(
        RETRIEVAL,
        () -> kind(RETRIEVAL, request.getUser()),
        observer,
        budget -> retrieval(request, budget));
  }

  private Answer<RetrieveResponse> retrieval(RetrieveRequest request, CallBudget budget) {
    UserCall call = begin(RETRIEVAL, request.getUser().getUserId(), budget);
    try (BundleLease lease = call.route().bundles().acquire()) {
      RequestReader reader = reader(lease.bundle());
      RetrievalQuery query = reader.retrieval(request);
      Retrieval found = call.recommender().retrieve(lease.bundle(), query, call.clock());
      return new Answer<>(
          writer.retrieval(found, call.clock().spent(), call.route(), reader.items()),
          () -> answered(call, query.user(), UsedKnobs.of(query), found.trace()));
    } catch (RuntimeException e) {
      throw failed(call.rpc(), call.clock(), e);
    }
  }

  @Override
  public void rank(RankRequest request, StreamObserver<RankResponse> observer) {
    calls.serve(
        RANKING,
        () -> kind(RANKING, request.getUser()),
        observer,
        budget -> ranking(request, budget));
  }

  private Answer<RankResponse> ranking(RankRequest request, CallBudget budget) {
    UserCall call = begin(RANKING, request.getUser().getUserId(), budget);
    try (BundleLease lease = call.route().bundles().acquire()) {
      RequestReader reader = reader(lease.bundle());
      RankingQuery query = reader.ranking(request);
      Ranking ranking = call.recommender().rank(lease.bundle(), query, call.clock());
      return new Answer<>(
          writer.ranking(ranking, call.clock().spent(), call.route(), reader.items()),
          () -> answered(call, query.user(), UsedKnobs.of(query), ranking.trace()));
    } catch (RuntimeException e) {
      throw failed(call.rpc(), call.clock(), e);
    }
  }

  @Override
  public void recordActions(
      RecordActionsRequest request, StreamObserver<RecordActionsResponse> observer) {
    changes.run(
        RECORDING, observer, budget -> recorded(RECORDING, budget, () -> intake.record(request)));
  }

  @Override
  public void retractActions(
      RetractActionsRequest request, StreamObserver<RetractActionsResponse> observer) {
    changes.run(
        RETRACTION,
        observer,
        budget -> recorded(RETRACTION, budget, () -> intake.retract(request)));
  }

  private <T> T recorded(String rpc, CallBudget budget, Supplier<T> work) {
    StageClock clock = new StageClock(budget, System::nanoTime);
    long begin = System.nanoTime();
    try {
      T changed = work.get();
      telemetry.changed(rpc, begin);
      return changed;
    } catch (RuntimeException e) {
      throw failed(rpc, clock, e);
    }
  }

  @Override
  public void eraseUser(EraseUserRequest request, StreamObserver<EraseUserResponse> observer) {
    // An erasure uses no names of a bundle, so this reader knows no names.
    RequestReader gone = reader(new RequestReader.Schema(List.of(), List.of(), ItemNames.NONE));
    erasures.run(
        "EraseUser",
        observer,
        budget -> {
          Erasure erasure = users.erase(gone.erasure(request)).whole();
          return EraseUserResponse.newBuilder()
              .setExisted(erasure.existed())
              .addAllConfirmed(erasure.replicas().confirmed())
              .addAllUnconfirmed(erasure.replicas().unconfirmed())
              .addAllUnseen(erasure.replicas().unseen())
              .setLogRewrite(EraseUserResponse.LogRewrite.valueOf(erasure.rewrite().name()))
              .build();
        });
  }

  /**
   * The objects that one user's call uses.
   *
   * @param mark mark of the user at the beginning of the call
   */
  private record UserCall(String rpc, Route route, StageClock clock, UserMark mark) {
    Recommender recommender() {
      return route.recommender();
    }
  }

  private String kind(String rpc, UserContext user) {
    String id = user.getUserId();
    return id.isEmpty() ? rpc : routes.of(id).kind(rpc, user); // a call without a user is refused
  }

  private UserCall begin(String rpc, String user, CallBudget budget) {
    StageClock clock = new StageClock(budget, System::nanoTime);
    UserMark mark = users.mark(user);
    return new UserCall(rpc, routes.of(user), clock, mark);
  }

  private ServingException failed(String rpc, StageClock clock, RuntimeException e) {
    ServingException failure = ServingException.of(e);
    telemetry.failed(rpc, failure.kind(), clock);
    return failure;
  }

  /** Counts and logs an answer after it was sent. */
  private void answered(UserCall call, UserInput user, Set<Knob> used, Trace trace) {
    Map<Stage, Long> spent =
        telemetry.answered(call.rpc(), call.route().metricArm(), trace, call.clock());
    long all = spent.values().stream().mapToLong(Long::longValue).sum();
    String cache = trace.cache().name().toLowerCase(Locale.ROOT);
    List<Assignment> assignments = call.route().assignments();
    for (Assignment assignment : assignments) {
      metrics.arm(assignment.experiment(), assignment.arm(), cache, all);
    }
    if (!assignments.isEmpty()) {
      users.exposed(assignments, exposure(call, user, used, trace));
    }
  }

  private ExposureLog.Answer exposure(UserCall call, UserInput user, Set<Knob> used, Trace trace) {
    return new ExposureLog.Answer(
        trace.requestId(),
        user.id(),
        call.mark().exposed(),
        Math.min(user.timeMs(), services.identity().nowMs()), // an exposure can't lie in the future
        used,
        trace.bundle(),
        trace.index(),
        services.identity().configVersion());
  }

  private RequestReader reader(LoadedBundle bundle) {
    return reader(RequestReader.Schema.of(bundle));
  }

  private RequestReader reader(RequestReader.Schema schema) {
    return new RequestReader(
        schema, services.identity().maxPageSize(), services.identity().nowMs());
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
        page.items().stream().mapToLong(RankedItem::id).toArray(),
        page.draws(),
        page.trace().counts());
  }
}
