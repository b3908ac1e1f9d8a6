/** The comparison of one model with user KV with two independent models. */
@NullMarked
package io.unipin.benchmarks.headline;

import org.jspecify.annotations.NullMarked;
