package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvLayout;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.settings.ByteSize;

/** Whether users' state of a bundle has room in the cache at all. */
public final class CacheFit {
  private CacheFit() {}

  /** Refuses a bundle of which not one user with a full history could be cached, or answered without the cache. */
  public static void require(CacheConfig config, LoadedBundle bundle) {
    KvLayout layout = bundle.model().config().kvLayout(config.type());
    long user = layout.blockBytes(layout.capacityFor(layout.maxRows()));
    require("cache.transientBudget", config.transientBudget(), user, bundle.name());
    if (config.budget().bytes() > 0) { // none is a way to switch the cache off
      require("cache.budget", config.budget(), user, bundle.name());
    }
  }

  private static void require(String key, ByteSize budget, long user, String bundle) {
    if (budget.bytes() < user) {
      throw ServingException.invalid(
          key,
          "at least the %s expected that a full history takes (bundle %s), got %s"
              .formatted(new ByteSize(user), bundle, budget));
    }
  }
}
