package io.unipin.serving.rpc;

import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.ItemChanges;

/**
 * What serves, and how it is changed.
 *
 * @param own holds the server's own bundle
 * @param routes finds what serves a user
 */
public record ServedBundles(
    BundleHolder own, Routes routes, BundleControl control, ItemChanges items) {}
