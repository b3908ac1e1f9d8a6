package io.unipin.serving.bundle;

import io.unipin.kvcache.KvCacheException;
import io.unipin.model.features.DeviceFullException;
import io.unipin.model.features.DeviceLostException;

/** Tells failures that a bundle causes from failures of the machine that loads it. */
final class BundleFault {
  private BundleFault() {}

  /**
   * Throws a failure of the machine again as it is: no room in the cache or on the device at the
   * moment, or a device that failed. Such a failure says nothing about the bundle, and the server
   * answers each of them in its own way. Does nothing with other failures.
   */
  static void rethrowIfOfMachine(RuntimeException failure) {
    if (failure instanceof KvCacheException
        || failure instanceof DeviceFullException
        || failure instanceof DeviceLostException) {
      throw failure;
    }
  }
}
