package io.unipin.serving.rpc;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.ann.LiveIndexStatus;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.model.features.ModelConfig;
import io.unipin.proto.v1.BundleStatus;
import io.unipin.proto.v1.CacheStatus;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.CountsStatus;
import io.unipin.proto.v1.GetBundleRequest;
import io.unipin.proto.v1.GetCacheRequest;
import io.unipin.proto.v1.GetIndexRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdicts;
import io.unipin.proto.v1.ListBundlesRequest;
import io.unipin.proto.v1.ListBundlesResponse;
import io.unipin.proto.v1.LoadBundleRequest;
import io.unipin.proto.v1.ReloadCountsRequest;
import io.unipin.proto.v1.RollBackBundleRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.serving.bundle.BundleException;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleListing;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemsStatus;
import io.unipin.serving.metrics.CountsMeters;
import io.unipin.serving.rpc.items.ItemCalls;
import io.unipin.serving.rpc.items.ItemStream;
import io.unipin.serving.user.UserData;
import java.util.List;

/** The calls of the administration service. Thread-safe. */
final class UniPinAdminService extends UniPinAdminGrpc.UniPinAdminImplBase {
  private final BundleHolder bundles;
  private final BundleControl control;
  private final ItemChanges items;
  private final UserData users;
  private final CallRunner calls;
  private final CallRunner itemRunner;
  private final ItemCalls itemCalls;
  private final CountsReloads counts;
  private final CountsMeters countsMeters;

  /** Creates the service. {@code itemRunner} runs the calls that change or read items. */
  UniPinAdminService(RpcServices services, CallRunner calls, CallRunner itemRunner) {
    this.bundles = services.bundles().own();
    this.control = services.bundles().control();
    this.items = services.bundles().items();
    this.users = services.users();
    this.counts = services.bundles().counts();
    this.countsMeters = services.metrics().counts();
    this.calls = calls;
    this.itemRunner = itemRunner;
    this.itemCalls =
        new ItemCalls(
            items,
            services.bundles().changes(),
            services.bundles().arms(),
            services.metrics().items(),
            () -> Arrival.of(Context.current()).age());
  }

  @Override
  public void loadBundle(LoadBundleRequest request, StreamObserver<BundleStatus> observer) {
    calls.run(
        "LoadBundle",
        observer,
        budget -> {
          try {
            control.load(request.getBundle());
          } catch (BundleException e) {
            throw ServingException.invalid("bundle", String.valueOf(e.getMessage()));
          }
          return status();
        });
  }

  @Override
  public void rollBackBundle(RollBackBundleRequest request, StreamObserver<BundleStatus> observer) {
    calls.run(
        "RollBackBundle",
        observer,
        budget -> {
          control.rollBack();
          return status();
        });
  }

  @Override
  public void listBundles(
      ListBundlesRequest request, StreamObserver<ListBundlesResponse> observer) {
    calls.run("ListBundles", observer, budget -> list());
  }

  private ListBundlesResponse list() {
    String serving;
    try (BundleLease lease = bundles.acquire()) {
      serving = lease.bundle().name();
    }
    String previous = bundles.previousName().orElse("");
    ListBundlesResponse.Builder response = ListBundlesResponse.newBuilder();
    for (BundleListing listing : listings()) {
      response.addBundles(
          io.unipin.proto.v1.BundleListing.newBuilder()
              .setBundle(listing.name())
              .setCreated(listing.created())
              .setModel(listing.model())
              .setIndex(listing.index())
              .setItems(listing.items())
              .setCounts(listing.counts())
              .setServes(listing.name().equals(serving))
              .setPrevious(listing.name().equals(previous))
              .setProblem(listing.problem()));
    }
    return response.build();
  }

  private List<BundleListing> listings() {
    try {
      return control.list();
    } catch (BundleException e) {
      throw new ServingException(FailureKind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void getBundle(GetBundleRequest request, StreamObserver<BundleStatus> observer) {
    calls.run("GetBundle", observer, budget -> status());
  }

  private BundleStatus status() {
    try (BundleLease lease = bundles.acquire()) {
      LoadedBundle bundle = lease.bundle();
      ModelConfig config = bundle.model().config();
      return BundleStatus.newBuilder()
          .setBundle(bundle.name())
          .setModel(bundle.modelVersion())
          .setEngine(bundle.model().engine())
          .setPrevious(bundles.previousName().orElse(""))
          .setIndex(bundle.indexVersion())
          .setItems(config.items())
          .addAllActions(config.actions())
          .addAllSurfaces(config.surfaces())
          .setLoadedAtMs(bundle.loadedAt().toEpochMilli())
          .setCounts(bundle.countsGeneration())
          .build();
    }
  }

  @Override
  public void reloadCounts(ReloadCountsRequest request, StreamObserver<CountsStatus> observer) {
    calls.run("ReloadCounts", observer, budget -> reloaded(request.getCounts()));
  }

  private CountsStatus reloaded(String name) {
    CountsMeters.Outcome outcome = CountsMeters.Outcome.REFUSED;
    try {
      io.unipin.serving.counts.CountsStatus status = counts.reload(name);
      outcome = CountsMeters.Outcome.RELOADED;
      return CountsStatus.newBuilder()
          .setBundle(status.bundle())
          .setGeneration(status.generation())
          .setUntilMs(status.until().toEpochMilli())
          .setBytes(status.bytes())
          .setBytesLimit(counts.maxBytes())
          .addAllNotUsed(status.notUsed())
          .build();
    } finally {
      countsMeters.reloaded(outcome);
    }
  }

  @Override
  public void changeItems(ChangeItemsRequest request, StreamObserver<IndexStatus> observer) {
    itemRunner.run(
        "ChangeItems",
        observer,
        budget -> {
          List<ItemVerdict> verdicts = itemCalls.change(request);
          return status(items.status()).toBuilder().addAllVerdicts(verdicts).build();
        });
  }

  @Override
  public StreamObserver<ChangeItemsRequest> changeItemsStream(
      StreamObserver<ItemVerdicts> observer) {
    return ItemStream.open(
        (ServerCallStreamObserver<ItemVerdicts>) observer,
        (answer, work) ->
            Arrival.renewed(Context.current())
                .run(() -> itemRunner.run("ChangeItemsStream", answer, budget -> work.get())),
        message -> ItemVerdicts.newBuilder().addAllVerdicts(itemCalls.change(message)).build());
  }

  @Override
  public void getItem(GetItemRequest request, StreamObserver<ItemStatus> observer) {
    itemRunner.run("GetItem", observer, budget -> itemCalls.find(request));
  }

  @Override
  public void getIndex(GetIndexRequest request, StreamObserver<IndexStatus> observer) {
    calls.run(
        "GetIndex",
        observer,
        budget -> {
          try (BundleLease lease = bundles.acquire()) {
            return status(lease.bundle().index().status());
          }
        });
  }

  private IndexStatus status(LiveIndexStatus status) {
    ItemsStatus kept = items.itemsStatus();
    IndexStatus.Builder builder =
        IndexStatus.newBuilder()
            .setLive(kept.served())
            .setNotServed(kept.stored() - kept.served())
            .setLiveLimit(kept.limit())
            .setKeptBytes(kept.bytes())
            .setKeptBytesLimit(kept.maxBytes())
            .setGeneration(status.generation())
            .setItems(status.size())
            .setDelta(status.delta())
            .setBuried(status.buried())
            .setRebuilding(status.rebuilding())
            .setWatched(status.watched());
    try (BundleLease lease = bundles.acquire()) {
      builder.setIndex(lease.bundle().indexVersion());
    }
    if (status.watched() > 0) {
      builder.setRecall(status.recall());
    }
    return builder.build();
  }

  @Override
  public void getCache(GetCacheRequest request, StreamObserver<CacheStatus> observer) {
    calls.run("GetCache", observer, budget -> status(users.cacheStats()));
  }

  private static CacheStatus status(KvCacheStats stats) {
    return CacheStatus.newBuilder()
        .setBudgetBytes(stats.budgetBytes())
        .setUsedBytes(stats.usedBytes())
        .setLeasedBytes(stats.leasedBytes())
        .setEntries(stats.entries())
        .setHits(stats.hits())
        .setAppends(stats.appends())
        .setPrefills(stats.prefills())
        .setUncached(stats.uncached())
        .setReloads(stats.reloads())
        .setEvictions(stats.evictions())
        .build();
  }
}
