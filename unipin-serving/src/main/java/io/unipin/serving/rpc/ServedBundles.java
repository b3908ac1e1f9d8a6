package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.counts.CountsReloads;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemWriter;
import java.util.List;

/**
 * The serving bundles and the means to change them.
 *
 * @param own holder of the server's own bundle
 * @param routes finds the route that serves a user
 * @param changes object through which callers put and delete items
 * @param counts replaces the tables of counts of bundles
 * @param arms arms that each bundle serves, in the order of the holders that {@code items} knows;
 *     none for the server's own bundle
 */
public record ServedBundles(
    BundleHolder own,
    Routes routes,
    BundleControl control,
    ItemChanges items,
    ItemWriter changes,
    CountsReloads counts,
    List<List<String>> arms) {
  public ServedBundles {
    arms = List.copyOf(arms);
  }
}
