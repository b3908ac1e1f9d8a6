package io.unipin.serving;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.SlabSource;
import io.unipin.model.EnginePool;
import io.unipin.serving.settings.ServerConfig;

/**
 * Chooses the memory of a server's caches. The caches use either the memory of the process, or
 * pools on the engine's device, one pool for each cache. Pools are parts of the server. A pool is
 * opened before its cache, so it is closed after its cache. Not thread-safe.
 */
final class CacheMemory {
  private final ServerConfig config;
  private final boolean pooled;
  private final OpenParts parts;

  /**
   * Creates a choice of memory.
   *
   * @param pooled whether caches lie in the engine's memory. A graphics card needs this. On the
   *     processor, only tests use this, to run the same code as on a card.
   */
  CacheMemory(ServerConfig config, boolean pooled, OpenParts parts) {
    this.config = config;
    this.pooled = pooled;
    this.parts = parts;
  }

  /** Returns the memory of a cache. Call this once for each cache. */
  SlabSource of(KvCacheLimits limits) {
    return pooled
        ? parts.opened(EnginePool.create(config.engine().options(), config.cache().type(), limits))
        : SlabSource.HOST;
  }
}
