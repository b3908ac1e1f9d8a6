package io.unipin.serving;

import io.unipin.feedlog.Catalogue;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.KvRefresher;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemUpkeep;
import io.unipin.serving.items.ItemWriter;
import io.unipin.serving.items.ItemsStatus;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.metrics.ItemMeters;
import io.unipin.serving.pipeline.RankingModel;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.pipeline.RecommenderConfig;
import io.unipin.serving.rpc.Route;
import io.unipin.serving.rpc.ServedBundles;
import io.unipin.serving.rpc.Shadow;
import io.unipin.serving.settings.ArmSettings;
import io.unipin.serving.settings.ServerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * The bundles and pipelines that compute a server's answers, including the bundles and pipelines of
 * arms and of the shadow. Thread-safe.
 */
final class ServerModels {
  private final ServerConfig config;
  private final ServerStores stores;
  private final Recommender recommender;
  private final ShadowParts shadow;
  private final BundleHolder bundles;
  private final ArmRoutes routes;
  private final ItemChanges items;
  private final CountsReloads counts;
  private final Admission admission;
  private final BundleReader reader;

  /** The holders of all bundles whose cached state is in the server's cache. */
  private final List<BundleHolder> holders = new CopyOnWriteArrayList<>();

  private volatile boolean stopping;

  private static Recommender recommender(
      ServerStores stores, RecommenderConfig pipeline, RankingModel.Factory ranking) {
    Recommender plain =
        new Recommender(
            stores.histories(),
            stores.cache(),
            stores.secrets(),
            pipeline,
            System::currentTimeMillis,
            ranking);
    return plain.with(stores.impressions());
  }

  /**
   * Creates the pipelines. {@code ranking} makes the ranking model of each pipeline. Call
   * {@link #load} next.
   */
  ServerModels(
      ServerConfig config, ServerStores stores, OpenParts parts, RankingModel.Factory ranking) {
    this.config = config;
    this.stores = stores;
    RecommenderConfig pipeline = ArmSettings.of(config);
    recommender = recommender(stores, pipeline, ranking);
    shadow = parts.opened(new ShadowParts(config, stores));
    bundles = parts.opened(new BundleHolder(this::forget, config.bundle().keepPrevious()));
    routes =
        parts.opened(
            new ArmRoutes(
                config.experiment().arm(),
                stores.experiments(),
                recommender,
                pipeline,
                bundles,
                this::forget));
    parts.<AutoCloseable>opened(() -> stopping = true); // at a stop, before the bundles close
    holders.add(bundles);
    holders.addAll(routes.bundles());
    stores.impressions().keepOnly(this::known);
    List<BundleHolder> others = new ArrayList<>(routes.bundles());
    others.add(shadow.bundles());
    items =
        new ItemChanges(bundles, others, stores.items(), config.items(), System::currentTimeMillis);
    parts.opened(ItemUpkeep.start(items));
    counts = ServerCounts.of(config, bundles, others, stores.metrics());
    stores.metrics().watchIndex(items::status);
    stores.metrics().items().watch(() -> figures(items.itemsStatus()));
    admission =
        parts.opened(
            new Admission(
                "serving",
                config.server().workerThreads(),
                config.server().queue(),
                config.admission(),
                System::nanoTime));
    stores.metrics().admission().watch(admission::waiting, admission::limit);
    reader =
        new BundleReader(
            config.bundle().folder(),
            config.engine().options().withLiveItems(config.items().slots()),
            config.counts().maxBytes().bytes());
  }

  /** Returns those of the given item ids that a serving bundle knows. */
  private long[] known(long[] ids) {
    Set<Long> known = new HashSet<>();
    for (BundleHolder holder : holders) {
      if (holder.isServing()) {
        try (BundleLease lease = holder.acquire();
            ItemView items = lease.bundle().items().open()) {
          Arrays.stream(ids).filter(id -> items.row(id) != Catalogue.UNKNOWN).forEach(known::add);
        }
      }
    }
    return known.stream().mapToLong(Long::longValue).toArray();
  }

  private static ItemMeters.Figures figures(ItemsStatus status) {
    return new ItemMeters.Figures(
        status.served(),
        status.stored() - status.served(),
        status.limit(),
        status.bytes(),
        status.maxBytes());
  }

  /** Loads, checks and warms the bundles of the server, the arms and the shadow. */
  BundleOperations load(BooleanSupplier callsCome) {
    BundleOperations operations =
        new BundleOperations(
            reader,
            bundles,
            new BundleOperations.Parts(
                routes::check,
                items,
                counts,
                recommender,
                admission,
                stores.cache(),
                this::isInUse,
                config.cache(),
                config.engine().precision(),
                stores.metrics()),
            callsCome);
    operations.load(config.bundle().name());
    routes.load(operations::prepare, items, counts);
    shadow.load(
        operations::read, bundle -> operations.warm(bundle, shadow.recommender()), items, counts);
    return operations;
  }

  /** Creates the task that encodes users' new actions before their next requests. */
  KvRefresher refresher() {
    return new KvRefresher(admission, config.cache().appendOnRecord(), this::refresh);
  }

  private int refresh(String user) {
    Route route = routes.of(user);
    try (BundleLease lease = route.bundles().acquire()) {
      return route.recommender().refresh(lease.bundle(), user);
    }
  }

  Shadow shadow(int maxPageSize) {
    return shadow.shadow(admission, stores.metrics(), maxPageSize);
  }

  Recommender recommender() {
    return recommender;
  }

  ItemChanges items() {
    return items;
  }

  Admission admission() {
    return admission;
  }

  BundleReader reader() {
    return reader;
  }

  /**
   * @param changes object through which callers put and delete items
   */
  ServedBundles served(BundleOperations operations, ItemWriter changes) {
    List<List<String>> arms = new ArrayList<>();
    arms.add(List.of());
    arms.addAll(routes.armsByBundle());
    arms.add(List.of("shadow"));
    return new ServedBundles(bundles, routes, operations, items, changes, counts, arms);
  }

  /** Returns the nanoseconds that the serving bundle's model has spent in native code. */
  long computingNanos() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().model().computingNanos();
    }
  }

  /** Returns the name of the bundle that serves most users. */
  String bundleName() {
    try (BundleLease lease = bundles.acquire()) {
      return lease.bundle().name();
    }
  }

  /**
   * Returns the versions of the program, the arms' settings and the serving bundles, by name. The
   * replicas of a fleet compare these versions.
   */
  SortedMap<String, String> versions() {
    SortedMap<String, String> versions = new TreeMap<>();
    versions.put("program", ServerFleet.release());
    versions.put("arms", ServerFleet.arms(config));
    bundles.ifServing(bundle -> versions.put("bundle", version(bundle)));
    List<List<String>> arms = routes.armsByBundle();
    int place = 0;
    for (BundleHolder holder : routes.bundles()) {
      String name = "bundle of " + String.join(" ", arms.get(place++));
      holder.ifServing(bundle -> versions.put(name, version(bundle)));
    }
    return versions;
  }

  private static String version(LoadedBundle bundle) {
    String counts = bundle.countsGeneration();
    return "%s (model %s, index %s%s)"
        .formatted(
            bundle.name(),
            bundle.modelVersion(),
            bundle.indexVersion(),
            counts.isEmpty() ? "" : ", counts " + counts);
  }

  boolean isResident(String user) {
    Route route = routes.of(user);
    try (BundleLease lease = route.bundles().acquire()) {
      return route.recommender().isResident(lease.bundle(), user);
    }
  }

  /**
   * Drops the cached state of a bundle that no longer serves, unless another bundle can use it.
   * When the server stops, the state stays, because the server may read it from files after its
   * next start.
   */
  private void forget(LoadedBundle drained) {
    if (stopping) {
      return;
    }
    String fingerprint = recommender.fingerprint(drained);
    if (!isInUse(fingerprint)) {
      stores.cache().eraseFingerprint(fingerprint);
    }
  }

  private boolean isInUse(String fingerprint) {
    boolean[] used = new boolean[1];
    for (BundleHolder holder : holders) {
      holder.ifServing(bundle -> used[0] |= recommender.fingerprint(bundle).equals(fingerprint));
    }
    return used[0];
  }
}
