package io.unipin.serving.stores;

import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.redis.RedisHistories;
import io.unipin.serving.settings.ServerConfig;

/** Opens the history store that a server's settings choose. */
public final class HistoryStores {
  private HistoryStores() {}

  /**
   * Opens the configured store. For a store on the disk, no class of the Redis client is loaded.
   */
  public static HistoryStore open(ServerConfig config) {
    return open(config, config.history().store());
  }

  /** Opens one of the two stores that the settings describe. */
  public static HistoryStore open(ServerConfig config, HistoryConfig.Store store) {
    return switch (store) {
      case DISK -> HistoryStore.open(config.history());
      case REDIS -> RedisHistories.open(config.history(), config.redis());
    };
  }
}
