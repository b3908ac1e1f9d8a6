/** Rivals of the model that are trained on the same logs. */
@NullMarked
package io.unipin.benchmarks.rival;

import org.jspecify.annotations.NullMarked;
