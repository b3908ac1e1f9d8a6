package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleException;
import io.unipin.serving.bundle.BundleListing;
import io.unipin.serving.failure.ServingException;
import java.util.List;

/** Lists the bundles, and changes which bundle serves. Thread-safe. */
public interface BundleControl {
  /**
   * Loads a bundle, checks it, warms it and puts it in service.
   *
   * @throws BundleException when the bundle must not serve; the current bundle then continues to
   *     serve
   */
  void load(String name);

  /**
   * Puts the previous bundle back in service.
   *
   * @throws ServingException INVALID when there is no previous bundle
   */
  void rollBack();

  /** Returns the bundles that could be loaded, newest first. */
  List<BundleListing> list();
}
