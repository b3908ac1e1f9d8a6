package io.unipin.serving;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.SlabSource;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.experiment.ShadowConfig;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.pipeline.RecommenderConfig;
import io.unipin.serving.rpc.Shadow;
import io.unipin.serving.settings.ArmSettings;
import io.unipin.serving.settings.ServerConfig;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The shadow's own cache, pipeline and bundle. Thread-safe. */
final class ShadowParts implements AutoCloseable {
  private final ShadowConfig config;
  private final UserKvCache cache;
  private final Recommender recommender;
  private final BundleHolder bundles = new BundleHolder(bundle -> {});

  ShadowParts(ServerConfig server, ServerStores stores) {
    config = server.shadow();
    long budget = config.enabled() ? config.budget().bytes() : 0;
    KvCacheLimits limits =
        new KvCacheLimits(budget, server.cache().timeToLive(), config.transientBudget().bytes());
    SlabSource memory = config.enabled() ? stores.memory().of(limits) : SlabSource.HOST;
    cache = new UserKvCache(limits, List.of(), memory);
    RecommenderConfig pipeline = ArmSettings.apply(ArmSettings.of(server), config.settings());
    recommender =
        new Recommender(
                stores.histories(), cache, stores.secrets(), pipeline, System::currentTimeMillis)
            .with(stores.impressions());
  }

  /**
   * Loads, checks and warms the shadow's bundle, if one is configured. Then gives the bundle the
   * current live items and tables of counts, and puts it in service.
   */
  void load(
      Function<String, LoadedBundle> loader,
      Consumer<LoadedBundle> warmer,
      ItemChanges items,
      CountsReloads counts) {
    if (config.enabled()) {
      LoadedBundle bundle = loader.apply(config.bundle());
      boolean ready = false;
      try {
        recommender.check(bundle);
        warmer.accept(bundle);
        Runnable swap = () -> bundles.swap(bundle);
        counts.serve(bundle, () -> items.serve(bundles, bundle, swap));
        ready = true;
      } finally {
        if (!ready) {
          bundle.close();
        }
      }
    }
  }

  BundleHolder bundles() {
    return bundles;
  }

  Recommender recommender() {
    return recommender;
  }

  Shadow shadow(Admission admission, ServingMetrics metrics, int maxPageSize) {
    Shadow.Parts parts = new Shadow.Parts(bundles, recommender, cache);
    return new Shadow(config, admission, parts, metrics, maxPageSize);
  }

  @Override
  public void close() {
    bundles.close();
    cache.close();
  }
}
