/** The benchmark of items that are put while a server serves. */
@NullMarked
package io.unipin.benchmarks.items;

import org.jspecify.annotations.NullMarked;
