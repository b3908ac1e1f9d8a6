/**
 * The benchmark {@code unipin bench quality}: retrieval and ranking quality of models on public
 * data.
 */
@NullMarked
package io.unipin.benchmarks.quality;

import org.jspecify.annotations.NullMarked;
