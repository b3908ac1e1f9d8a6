/** Rival models, which are trained on the same logs as UniPin's model. */
@NullMarked
package io.unipin.benchmarks.rival;

import org.jspecify.annotations.NullMarked;
