package io.unipin.model;

/**
 * Settings of one optimiser step.
 *
 * @param step number of the step, from 1
 * @param seed of the step's random numbers
 * @param learningRate of this step
 * @param weightDecay of maps and tables; norms, biases and scales have none
 * @param clip largest global norm of the gradient
 * @param dropout probability, 0 for none
 * @param maskedWeights (actions) weights of the losses of masked history actions
 * @param actionWeights (actions) weights of the losses of what was shown
 */
public record StepSettings(
    long step,
    long seed,
    double learningRate,
    double weightDecay,
    double clip,
    double dropout,
    float[] maskedWeights,
    float[] actionWeights) {}
