/**
 * Writes small models, inputs and answers to a folder, to check another machine that has a card.
 */
@NullMarked
package io.unipin.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;
