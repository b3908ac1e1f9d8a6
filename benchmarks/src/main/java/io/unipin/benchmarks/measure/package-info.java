/** The tools with which benchmarks measure: rounds, medians, clocks and options. */
@NullMarked
package io.unipin.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
