package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import java.util.List;

/** Finds the route that serves a user. Thread-safe. */
public interface Routes {
  Route of(String user);

  /**
   * Returns the holders of all bundles that serve users. The first holder has the server's own
   * bundle.
   */
  List<BundleHolder> holders();
}
