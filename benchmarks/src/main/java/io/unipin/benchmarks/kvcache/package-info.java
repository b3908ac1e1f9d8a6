/** Benchmarks of the user KV cache and of alternatives to it. */
@NullMarked
package io.unipin.benchmarks.kvcache;

import org.jspecify.annotations.NullMarked;
