package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvLayout;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.settings.ByteSize;

/** Checks that the cache has room for the user state of a bundle. */
public final class CacheFit {
  private CacheFit() {}

  /**
   * Throws if one user with a full history does not fit into the cache's budget or into its
   * transient budget.
   */
  public static void require(CacheConfig config, LoadedBundle bundle) {
    KvLayout layout = bundle.model().config().kvLayout(config.type());
    long user = layout.budgetBytes(layout.maxRows());
    require("cache.transientBudget", config.transientBudget(), user, bundle.name());
    if (config.budget().bytes() > 0) { // a budget of 0 switches the cache off
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
