/** Benchmarks in which feed sessions put load on a server. */
@NullMarked
package io.unipin.benchmarks.load;

import org.jspecify.annotations.NullMarked;
