/** The benchmark of a server's recovery from disturbances from outside. */
@NullMarked
package io.unipin.benchmarks.pauses;

import org.jspecify.annotations.NullMarked;
