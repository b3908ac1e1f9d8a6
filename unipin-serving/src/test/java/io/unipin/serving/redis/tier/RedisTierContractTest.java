package io.unipin.serving.redis.tier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.unipin.kvcache.KvTier;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import io.unipin.serving.security.MacKeys;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the tier in Redis fulfils the contract. {@link RedisTierTest} tests all that only this
 * tier does.
 */
@NeedsRedis
final class RedisTierContractTest extends KvTierContract {
  @TempDir Path folder;
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Override
  KvTier open(byte... secret) {
    return RedisTier.open(
        RedisTierSetup.config(redis.uri(), false),
        RedisTierSetup.parts(MacKeys.of(List.of(secret)), user -> false));
  }

  @Override
  void damage() {
    RedisTierSetup.with(
        redis.place(),
        connections ->
            RedisTierSetup.forEach(
                redis.place(),
                (key, field) -> {
                  byte[] value = field.getValue();
                  if (new String(field.getKey(), US_ASCII).matches(".*:[0-9]+")) {
                    value[value.length / 2] = (byte) ~value[value.length / 2];
                    connections.await(
                        connections.commands().hset(key.getBytes(US_ASCII), field.getKey(), value));
                  }
                }));
  }
}
