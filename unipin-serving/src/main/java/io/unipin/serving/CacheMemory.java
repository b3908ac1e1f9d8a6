package io.unipin.serving;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.SlabSource;
import io.unipin.model.EnginePool;
import io.unipin.serving.settings.ServerConfig;

/**
 * Chooses the memory of a server's caches: that of this process, or a pool on the engine's device
 * for each cache. The pools are parts of the server. They are opened before their caches, and so
 * closed after them. Not thread-safe.
 */
final class CacheMemory {
  private final ServerConfig config;
  private final boolean pooled;
  private final OpenParts parts;

  /**
   * Creates a choice of memory.
   *
   * @param pooled whether caches lie in the engine's memory. A card needs this; on the processor it
   *     is for tests, which compute there what a card computes.
   */
  CacheMemory(ServerConfig config, boolean pooled, OpenParts parts) {
    this.config = config;
    this.pooled = pooled;
    this.parts = parts;
  }

  /** Returns the memory of a cache. Each cache needs a call of its own. */
  SlabSource of(KvCacheLimits limits) {
    return pooled
        ? parts.opened(EnginePool.create(config.engine().options(), config.cache().type(), limits))
        : SlabSource.HOST;
  }
}
