package io.unipin.serving.settings;

import io.unipin.model.EngineOptions;
import io.unipin.model.Executor;
import io.unipin.model.Precision;
import io.unipin.model.engine.Implementation;
import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of the engine that computes the models.
 *
 * @param implementation what computes the passes of serving: the native engine or the program
 * @param precision precision of the layers' matrix products
 * @param executor whether a run of the model serves one request (WORKER) or several users (BATCH)
 * @param batchSize largest number of users in one call of the BATCH executor
 * @param batchWait time for which a call of the BATCH executor waits for more users
 */
public record EngineConfig(
    Implementation implementation,
    Precision precision,
    Executor executor,
    int batchSize,
    Duration batchWait) {
  private static final int MOST_USERS = 1024;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  public EngineConfig {
    if (batchSize < 1 || batchSize > MOST_USERS) {
      throw new SettingException("batchSize", "1 to " + MOST_USERS + " expected, got " + batchSize);
    }
    if (batchWait.isNegative() || batchWait.compareTo(LONGEST_WAIT) > 0) {
      throw new SettingException("batchWait", "0 to 1 s expected, got " + batchWait);
    }
  }

  public EngineOptions options() {
    EngineOptions options = EngineOptions.cpu(precision).withImplementation(implementation);
    return executor == Executor.BATCH ? options.batched(batchSize, batchWait) : options;
  }
}
