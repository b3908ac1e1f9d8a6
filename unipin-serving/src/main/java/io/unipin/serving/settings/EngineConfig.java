package io.unipin.serving.settings;

import io.unipin.kvcache.KvType;
import io.unipin.model.EngineDevice;
import io.unipin.model.EngineOptions;
import io.unipin.model.Executor;
import io.unipin.model.Precision;
import io.unipin.model.engine.Implementation;
import io.unipin.serving.pipeline.CacheConfig;
import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of the engine that computes the models.
 *
 * @param device device on which the models compute, and whose memory holds users' keys and values
 * @param implementation whether the native engine or the program computes the model for requests
 * @param precision precision of the layers' matrix products
 * @param executor whether a run of the model serves one request (WORKER) or several users (BATCH)
 * @param batchSize largest number of users in one call of the BATCH executor
 * @param batchRows largest number of new rows of all users together in one call of the BATCH
 *     executor
 * @param batchWait time for which a call of the BATCH executor waits for more users
 */
public record EngineConfig(
    EngineDevice device,
    Implementation implementation,
    Precision precision,
    Executor executor,
    int batchSize,
    int batchRows,
    Duration batchWait) {
  private static final int MOST_USERS = 1024;
  private static final int MOST_ROWS = 1 << 24;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  public EngineConfig {
    SettingException.checkRange("batchSize", batchSize, 1, MOST_USERS);
    SettingException.checkRange("batchRows", batchRows, 1, MOST_ROWS);
    if (batchWait.isNegative() || batchWait.compareTo(LONGEST_WAIT) > 0) {
      throw new SettingException("batchWait", "0 to 1 s expected, got " + batchWait);
    }
    if (device.isCpu()) {
      require("precision", "FLOAT32 or INT8", precision, precision != Precision.FLOAT16, device);
    } else {
      require("precision", "FLOAT16 or FLOAT32", precision, precision != Precision.INT8, device);
      require("executor", Executor.BATCH, executor, executor == Executor.BATCH, device);
      require(
          "implementation",
          "PROGRAM or AUTO",
          implementation,
          implementation != Implementation.NATIVE,
          device);
    }
  }

  /** Refuses a setting that the device does not support. */
  private static void require(
      String key, Object expected, Object got, boolean fits, EngineDevice device) {
    if (!fits) {
      throw new SettingException(
          key, "%s expected beside engine.device: %s, got %s".formatted(expected, device, got));
    }
  }

  /**
   * Refuses settings of the cache that the device does not support.
   *
   * @throws SettingException whose key is complete, for example {@code cache.type}
   */
  void requireCache(CacheConfig cache) {
    if (device.isCpu()) {
      return;
    }
    KvType type = precision == Precision.FLOAT16 ? KvType.FLOAT16 : KvType.FLOAT32;
    if (cache.type() != type) {
      throw new SettingException(
          "cache.type",
          "%s expected beside engine.device: %s and engine.precision: %s, got %s"
              .formatted(type, device, precision, cache.type()));
    }
    require("cache.file.path", "no folder", cache.file().path(), !cache.file().isEnabled(), device);
    require("cache.remote", "NONE", cache.remote(), !cache.isShared(), device);
  }

  public EngineOptions options() {
    if (!device.isCpu()) {
      return EngineOptions.on(device, precision).batched(batchSize, batchRows, batchWait);
    }
    EngineOptions options = EngineOptions.cpu(precision).withImplementation(implementation);
    return executor == Executor.BATCH ? options.batched(batchSize, batchRows, batchWait) : options;
  }
}
