package io.unipin.serving;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.SlabSource;
import io.unipin.model.EnginePool;
import io.unipin.serving.settings.ServerConfig;

/**
 * Chooses the memory of a server's caches. The caches use either the memory of the process, or
 * pools on the engine's device, one pool for each cache. Each pool is opened as a part of the
 * server, before the cache that uses it. Parts are closed in reverse order, so the cache is closed
 * first. Not thread-safe.
 */
final class CacheMemory {
  private final ServerConfig config;
  private final boolean pooled;
  private final OpenParts parts;

  /**
   * Creates an instance for one server.
   *
   * @param pooled whether caches lie in the engine's memory. True on a graphics card. On the
   *     processor, only tests set it to true, to run the same code as on a card.
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
