package io.unipin.serving.pipeline;

import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.items.live.ItemView;

/**
 * A bundle at the moment of a request.
 *
 * @param items items of the bundle at this moment; closed by the session of the request
 */
record BundleView(LoadedBundle bundle, ItemView items) {}
