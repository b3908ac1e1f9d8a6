package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleException;
import io.unipin.serving.bundle.BundleListing;
import io.unipin.serving.failure.ServingException;
import java.util.List;

/** Changes what serves. Thread-safe. */
public interface BundleControl {
  /**
   * Loads the bundle of a name, checks it, warms it and puts it in service.
   *
   * @throws BundleException when it must not serve; what served goes on
   */
  void load(String name);

  /**
   * Puts the bundle that served before in service again.
   *
   * @throws ServingException INVALID when there is none
   */
  void rollBack();

  /** The bundles that could be loaded, the newest first. */
  List<BundleListing> list();
}
