/** Erasures from a server that holds much. */
@NullMarked
package io.unipin.benchmarks.erasure;

import org.jspecify.annotations.NullMarked;
