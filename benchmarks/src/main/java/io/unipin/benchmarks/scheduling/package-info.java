/** The benchmark of the orders in which waiting calls run. */
@NullMarked
package io.unipin.benchmarks.scheduling;

import org.jspecify.annotations.NullMarked;
