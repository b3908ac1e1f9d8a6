/** Packs small models, inputs and answers, with which a machine with a card is checked. */
@NullMarked
package io.unipin.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;
