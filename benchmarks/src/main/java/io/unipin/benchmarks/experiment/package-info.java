/** Checks of assignment and statistics of experiments, on simulated users. */
@NullMarked
package io.unipin.benchmarks.experiment;

import org.jspecify.annotations.NullMarked;
