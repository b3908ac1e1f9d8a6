/** The comparison between one model that has a user KV cache and two independent models. */
@NullMarked
package io.unipin.benchmarks.headline;

import org.jspecify.annotations.NullMarked;
