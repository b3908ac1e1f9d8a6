/** What the index finds, how fast, and beside which rivals. */
@NullMarked
package io.unipin.benchmarks.ann;

import org.jspecify.annotations.NullMarked;
