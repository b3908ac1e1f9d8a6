package io.unipin.serving.rpc;

import io.grpc.stub.StreamObserver;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.ModelConfig;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.EraseUserResponse;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.RetrieveResponse;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.ServingException;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.ServedLog;
import io.unipin.serving.history.Slate;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Page;
import io.unipin.serving.pipeline.PageQuery;
import io.unipin.serving.pipeline.RankedItem;
import io.unipin.serving.pipeline.Ranking;
import io.unipin.serving.pipeline.RankingQuery;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.pipeline.Retrieval;
import io.unipin.serving.pipeline.RetrievalQuery;
import io.unipin.serving.pipeline.StageClock;
import java.util.List;
import java.util.function.BiFunction;

/** The service's calls: read, run, write. Thread-safe. */
final class UniPinService extends UniPinGrpc.UniPinImplBase {
  private final BundleHolder bundles;
  private final Recommender recommender;
  private final HistoryStore histories;
  private final UserKvCache cache;
  private final ServedLog servedLog;
  private final ServingMetrics metrics;
  private final CallTelemetry telemetry;
  private final CallRunner calls;
  private final ResponseWriter writer;
  private final RpcServices services;

  UniPinService(RpcServices services, CallRunner calls) {
    this.services = services;
    this.bundles = services.bundles();
    this.recommender = services.recommender();
    this.histories = services.histories();
    this.cache = services.cache();
    this.servedLog = services.servedLog();
    this.metrics = services.metrics();
    this.telemetry = new CallTelemetry(metrics, services.tracing());
    this.calls = calls;
    this.writer = new ResponseWriter(services.arm(), services.configVersion());
  }

  @Override
  public void retrieveAndRank(
      RetrieveAndRankRequest request, StreamObserver<RetrieveAndRankResponse> observer) {
    run(
        "RetrieveAndRank",
        observer,
        (bundle, clock) -> {
          PageQuery query = reader(bundle).page(request);
          long mark = servedLog.mark(query.user().id());
          Page page = recommender.retrieveAndRank(bundle, query, clock);
          servedLog.served(slate(query, page), mark);
          return writer.page(
              page, telemetry.answered("RetrieveAndRank", services.arm(), page.trace(), clock));
        });
  }

  @Override
  public void retrieve(RetrieveRequest request, StreamObserver<RetrieveResponse> observer) {
    run(
        "Retrieve",
        observer,
        (bundle, clock) -> {
          RetrievalQuery query = reader(bundle).retrieval(request);
          Retrieval found = recommender.retrieve(bundle, query, clock);
          return writer.retrieval(
              found, telemetry.answered("Retrieve", services.arm(), found.trace(), clock));
        });
  }

  @Override
  public void rank(RankRequest request, StreamObserver<RankResponse> observer) {
    run(
        "Rank",
        observer,
        (bundle, clock) -> {
          RankingQuery query = reader(bundle).ranking(request);
          Ranking ranking = recommender.rank(bundle, query, clock);
          return writer.ranking(
              ranking, telemetry.answered("Rank", services.arm(), ranking.trace(), clock));
        });
  }

  @Override
  public void recordActions(
      RecordActionsRequest request, StreamObserver<RecordActionsResponse> observer) {
    run(
        "RecordActions",
        observer,
        (bundle, clock) -> {
          List<RequestReader.UserEvents> users = reader(bundle).events(request);
          int recorded = 0;
          int duplicates = 0;
          for (RequestReader.UserEvents user : users) {
            long mark = servedLog.mark(user.user());
            AppendResult result = histories.append(user.user(), user.events());
            recorded += result.recorded();
            duplicates += result.duplicates();
            if (result.recorded() > 0) {
              servedLog.recorded(user.user(), user.events(), mark);
              if (recommender.isResident(bundle, user.user())) {
                services.refresher().recorded(user.user());
              }
            }
          }
          metrics.recorded(recorded, duplicates);
          return RecordActionsResponse.newBuilder()
              .setRecorded(recorded)
              .setDuplicates(duplicates)
              .build();
        });
  }

  @Override
  public void eraseUser(EraseUserRequest request, StreamObserver<EraseUserResponse> observer) {
    run(
        "EraseUser",
        observer,
        (bundle, clock) -> {
          String user = reader(bundle).erasure(request);
          services.refresher().erase(user);
          boolean stored = histories.erase(user);
          boolean cached = cache.erase(user) > 0;
          boolean logged = servedLog.erase(user);
          return EraseUserResponse.newBuilder().setExisted(stored || cached || logged).build();
        });
  }

  /** Runs a call with the bundle that serves now, held until the call is done. */
  private <T> void run(
      String rpc, StreamObserver<T> observer, BiFunction<LoadedBundle, StageClock, T> work) {
    calls.run(
        rpc,
        observer,
        budget -> {
          StageClock clock = new StageClock(budget, System::nanoTime);
          try (BundleLease lease = bundles.acquire()) {
            return work.apply(lease.bundle(), clock);
          } catch (ServingException e) {
            telemetry.failed(rpc, e.kind(), clock);
            throw e;
          }
        });
  }

  private RequestReader reader(LoadedBundle bundle) {
    ModelConfig config = bundle.model().config();
    return new RequestReader(
        new RequestReader.Schema(config.actions(), config.surfaces()),
        services.maxPageSize(),
        services.clockMs().getAsLong());
  }

  private Slate slate(PageQuery query, Page page) {
    return new Slate(
        query.requestId(),
        query.user().id(),
        query.user().timeMs(),
        query.user().surface(),
        services.arm(),
        page.trace().bundle(),
        page.trace().index(),
        page.items().stream().mapToLong(RankedItem::id).toArray());
  }
}
