/** Compares a server that computes on the processor with one that computes on a card. */
@NullMarked
package io.unipin.benchmarks.device;

import org.jspecify.annotations.NullMarked;
