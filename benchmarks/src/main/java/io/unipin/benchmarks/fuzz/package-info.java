/** Fuzzing of everything that reads outside input. */
@NullMarked
package io.unipin.benchmarks.fuzz;

import org.jspecify.annotations.NullMarked;
