/**
 * Bundles: a bundle is the model, the catalogue and the index of one version. These parts are
 * written, verified and swapped together.
 */
@NullMarked
package io.unipin.serving.bundle;

import org.jspecify.annotations.NullMarked;
