/** Benchmarks that put load on a server by feed sessions. */
@NullMarked
package io.unipin.benchmarks.load;

import org.jspecify.annotations.NullMarked;
