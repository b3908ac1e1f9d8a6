package io.unipin.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.unipin.proto.v1.BundleListing;
import io.unipin.proto.v1.BundleStatus;
import io.unipin.proto.v1.CacheStatus;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.CountsStatus;
import io.unipin.proto.v1.GetBundleRequest;
import io.unipin.proto.v1.GetCacheRequest;
import io.unipin.proto.v1.GetIndexRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.ItemVector;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdicts;
import io.unipin.proto.v1.ListBundlesRequest;
import io.unipin.proto.v1.LoadBundleRequest;
import io.unipin.proto.v1.ReloadCountsRequest;
import io.unipin.proto.v1.RollBackBundleRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinAdminGrpc.UniPinAdminBlockingStub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A client of a server's admin port. Thread-safe. */
public final class UniPinAdminClient implements AutoCloseable {
  /** The deadline of a call. It is long because a server needs a long time to load a bundle. */
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final ManagedChannel channel;

  private UniPinAdminClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Connects to the admin port at {@code host:port}. */
  public static UniPinAdminClient connect(String address) {
    return connect(address, ClientSecurity.NONE);
  }

  /** Connects to a server that requires credentials. */
  public static UniPinAdminClient connect(String address, ClientSecurity security) {
    return new UniPinAdminClient(Channels.open(address, security));
  }

  /** Loads a bundle and puts it in service. */
  public BundleStatus loadBundle(String name) {
    LoadBundleRequest request = LoadBundleRequest.newBuilder().setBundle(name).build();
    return call(stub -> stub.loadBundle(request));
  }

  /** Puts the previous bundle in service again. */
  public BundleStatus rollBackBundle() {
    return call(stub -> stub.rollBackBundle(RollBackBundleRequest.getDefaultInstance()));
  }

  /** Returns the bundles in the server's bundle folder, newest first. */
  public List<BundleListing> bundles() {
    return call(stub -> stub.listBundles(ListBundlesRequest.getDefaultInstance())).getBundlesList();
  }

  public BundleStatus bundle() {
    return call(stub -> stub.getBundle(GetBundleRequest.getDefaultInstance()));
  }

  /**
   * Replaces the tables of counts by which bundles rank.
   *
   * @param name name of a folder inside the server's folder of counts
   */
  public CountsStatus reloadCounts(String name) {
    ReloadCountsRequest request = ReloadCountsRequest.newBuilder().setCounts(name).build();
    return call(stub -> stub.reloadCounts(request));
  }

  public CacheStatus cache() {
    return call(stub -> stub.getCache(GetCacheRequest.getDefaultInstance()));
  }

  /** Deletes items from the index in service, and restores other items that were deleted before. */
  public IndexStatus changeItems(List<Long> restored, List<Long> deleted) {
    ChangeItemsRequest.Builder request = ChangeItemsRequest.newBuilder().addAllDeletes(deleted);
    restored.forEach(id -> request.addUpserts(ItemVector.newBuilder().setId(id)));
    return changeItems(request.build());
  }

  public IndexStatus changeItems(ChangeItemsRequest request) {
    return call(stub -> stub.changeItems(request));
  }

  /**
   * Puts at most 1,000 items. Searches that begin afterwards find the items that are served.
   *
   * @return one verdict per item, in the order of the items
   */
  public List<ItemVerdict> putItems(List<Item> items) {
    return changeItems(ChangeItemsRequest.newBuilder().addAllPuts(items).build()).getVerdictsList();
  }

  /**
   * Deletes at most 10,000 items: items that were put, and items of bundles.
   *
   * @return one verdict per id, in the order of the ids
   */
  public List<ItemVerdict> deleteItems(List<Long> ids) {
    return changeItems(ChangeItemsRequest.newBuilder().addAllDeletes(ids).build())
        .getVerdictsList();
  }

  /**
   * Opens a stream of changes. The caller closes it.
   *
   * @param answered receives each message with its answer, on the thread that uses the stream
   */
  public ItemStream streamItems(BiConsumer<ChangeItemsRequest, ItemVerdicts> answered) {
    return new ItemStream(channel, answered);
  }

  /** Returns an item that was put, and where it is served. */
  public ItemStatus getItem(long id) {
    return getItem(GetItemRequest.newBuilder().setId(id).build());
  }

  /**
   * Returns an item that was put, and where it is served. The request names the item by id or by
   * key.
   */
  public ItemStatus getItem(GetItemRequest request) {
    return call(stub -> stub.getItem(request));
  }

  public IndexStatus index() {
    return call(stub -> stub.getIndex(GetIndexRequest.getDefaultInstance()));
  }

  private <T> T call(Function<UniPinAdminBlockingStub, T> call) {
    try {
      return call.apply(
          UniPinAdminGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS));
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
