package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.items.ItemChanges;

/**
 * The serving bundles and the means to change them.
 *
 * @param own holder of the server's own bundle
 * @param routes finds the route that serves a user
 */
public record ServedBundles(
    BundleHolder own, Routes routes, BundleControl control, ItemChanges items) {}
