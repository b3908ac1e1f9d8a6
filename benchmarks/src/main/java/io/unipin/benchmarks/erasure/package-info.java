/** The benchmark of erasing users from a full server. */
@NullMarked
package io.unipin.benchmarks.erasure;

import org.jspecify.annotations.NullMarked;
