package io.unipin.serving.pipeline;

import io.unipin.model.ServingModel;

/**
 * The fingerprint of a model in the keys of the users' KV cache ({@link io.unipin.kvcache.KvKey}).
 *
 * <p>It consists of the fingerprint of the model's files
 * ({@link io.unipin.model.ModelFolder#fingerprint}) and the number type of the cached keys and
 * values. Keys and values with the same fingerprint come from the same computation, so a request
 * may use those that another request computed.
 */
final class CacheFingerprint {
  private CacheFingerprint() {}

  static String of(ServingModel model, CacheConfig config) {
    return model.fingerprint() + "/" + config.type();
  }
}
