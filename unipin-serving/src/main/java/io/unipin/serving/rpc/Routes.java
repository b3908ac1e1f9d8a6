package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import java.util.List;

/** Finds what serves a user. Thread-safe. */
public interface Routes {
  Route of(String user);

  /** The holders of all bundles that serve somebody: first the server's own. */
  List<BundleHolder> holders();
}
