/** The benchmark command that fuzzes all code that reads outside input. */
@NullMarked
package io.unipin.benchmarks.fuzz;

import org.jspecify.annotations.NullMarked;
