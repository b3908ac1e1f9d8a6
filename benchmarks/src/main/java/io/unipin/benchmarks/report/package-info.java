/** Tables of the results pages, filled from the figures that benchmarks wrote. */
@NullMarked
package io.unipin.benchmarks.report;

import org.jspecify.annotations.NullMarked;
