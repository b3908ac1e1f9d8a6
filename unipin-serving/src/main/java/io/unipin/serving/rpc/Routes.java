package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import java.util.List;

/** Finds the route that serves a user. Thread-safe. */
public interface Routes {
  Route of(String user);

  /**
   * Returns the route that a user would have in an arm. The user keeps the assigned arms of the
   * other layers. Nothing is logged, and the user's assignment does not change.
   *
   * @param arm an arm of the configured experiments, written as {@code experiment=arm}
   * @throws io.unipin.serving.failure.ServingException INVALID when there is no such arm
   */
  Route of(String user, String arm);

  /**
   * Returns the holders of all bundles that serve users. The first holder has the server's own
   * bundle.
   */
  List<BundleHolder> holders();
}
