/** What a model finds and how well it ranks, on public data: {@code unipin bench quality}. */
@NullMarked
package io.unipin.benchmarks.quality;

import org.jspecify.annotations.NullMarked;
