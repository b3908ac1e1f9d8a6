/** What the user KV cache costs and keeps, beside other ways to keep the same. */
@NullMarked
package io.unipin.benchmarks.kvcache;

import org.jspecify.annotations.NullMarked;
