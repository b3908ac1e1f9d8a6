/** Faults of the network between the parts of a fleet. */
@NullMarked
package io.unipin.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
