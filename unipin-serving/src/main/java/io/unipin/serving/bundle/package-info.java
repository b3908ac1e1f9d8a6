/** Bundles: model, catalogue and index of one version, written, verified and swapped as one. */
@NullMarked
package io.unipin.serving.bundle;

import org.jspecify.annotations.NullMarked;
