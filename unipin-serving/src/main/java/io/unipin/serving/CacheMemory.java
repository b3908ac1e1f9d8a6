package io.unipin.serving;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.SlabSource;
import io.unipin.model.EnginePool;
import io.unipin.serving.settings.ServerConfig;

/**
 * Chooses the memory of a server's caches. This is the memory of the process, or, for each cache, a
 * pool on the engine's device. Pools are parts of the server. A pool is opened before its cache,
 * and so closed after it. Not thread-safe.
 */
final class CacheMemory {
  private final ServerConfig config;
  private final boolean pooled;
  private final OpenParts parts;

  /**
   * Creates a choice of memory.
   *
   * @param pooled whether caches lie in the engine's memory. A card needs this. On the processor,
   *     only tests ask for it, to run the code that a card runs.
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
