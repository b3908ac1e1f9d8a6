/**
 * Bundles: model, catalogue and index of one version, which are written, verified and swapped
 * together.
 */
@NullMarked
package io.unipin.serving.bundle;

import org.jspecify.annotations.NullMarked;
