/**
 * Estimates of cost from measured times. They recover from disturbances by themselves. {@code
 * TypicalCost} estimates the costs of a request's stages. {@code MeanCost} estimates the running
 * times of calls for admission. {@code Ageing} lowers an estimate that gets no new measurements.
 */
@NullMarked
package io.unipin.serving.estimate;

import org.jspecify.annotations.NullMarked;
