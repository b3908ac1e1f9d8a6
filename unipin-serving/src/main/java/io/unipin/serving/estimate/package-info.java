/**
 * Estimates of cost from measured times. They recover from disturbances by themselves: {@code
 * TypicalCost} for the stages of a request, {@code MeanCost} for the calls of admission, both with
 * the {@code Ageing} of an estimate without measurements.
 */
@NullMarked
package io.unipin.serving.estimate;

import org.jspecify.annotations.NullMarked;
