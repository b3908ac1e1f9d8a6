package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.SlabSource;
import io.unipin.model.EnginePool;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheMemoryTest {
  private static final KvCacheLimits LIMITS =
      new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 18);

  @TempDir Path folder;

  @Test
  void of_pooled_isAPoolOfEachCache() {
    ServerConfig config = TestServer.config(folder);
    try (OpenParts parts = new OpenParts()) {
      CacheMemory memory = new CacheMemory(config, true, parts);
      SlabSource first = memory.of(LIMITS);
      assertThat(first)
          .isInstanceOfSatisfying(
              EnginePool.class,
              pool -> assertThat(pool.bytes()).isGreaterThanOrEqualTo((1 << 20) + (1 << 18)));
      assertThat(memory.of(LIMITS)).isNotSameAs(first);
      assertThat(new CacheMemory(config, false, parts).of(LIMITS)).isSameAs(SlabSource.HOST);
    }
  }
}
