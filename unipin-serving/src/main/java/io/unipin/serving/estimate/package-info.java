/**
 * Estimates of cost from measured times. They recover from disturbances by themselves. {@code
 * TypicalCost} serves the stages of a request, and {@code MeanCost} serves the calls of admission.
 * {@code Ageing} lowers an estimate that gets no new measurements.
 */
@NullMarked
package io.unipin.serving.estimate;

import org.jspecify.annotations.NullMarked;
