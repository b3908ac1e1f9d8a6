/** Fills the tables of the results pages with the figures that benchmarks wrote. */
@NullMarked
package io.unipin.benchmarks.report;

import org.jspecify.annotations.NullMarked;
