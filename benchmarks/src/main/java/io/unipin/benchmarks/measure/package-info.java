/** The measuring tools of benchmarks: rounds in turn, medians, clocks, options. */
@NullMarked
package io.unipin.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
