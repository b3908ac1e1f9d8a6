/** One model with user KV against two independent models. */
@NullMarked
package io.unipin.benchmarks.headline;

import org.jspecify.annotations.NullMarked;
