/** Benchmarks with load in feed sessions against a server. */
@NullMarked
package io.unipin.benchmarks.load;

import org.jspecify.annotations.NullMarked;
