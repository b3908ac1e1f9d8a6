/** How benchmarks measure: rounds in turn, medians, clocks, options. */
@NullMarked
package io.unipin.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
