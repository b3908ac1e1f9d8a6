package io.unipin.model;

/**
 * Settings of one optimiser step.
 *
 * @param step number of the step, from 1
 * @param seed seed of the step's random numbers
 * @param learningRate learning rate of this step
 * @param weightDecay weight decay of matrices and tables; norms, biases and scales have none
 * @param clip largest norm of all gradients together; larger gradients are scaled down to this norm
 * @param dropout dropout probability; 0 turns dropout off
 * @param maskedWeights (actions) loss weights of masked history actions
 * @param actionWeights (actions) loss weights of shown candidates' actions
 * @param scoreReg weight of the difference between the mean probabilities of cold candidates and of
 *     other candidates; 0 for none
 * @param mixup weight of the loss of mixed candidates, 0 for none
 */
public record StepSettings(
    long step,
    long seed,
    double learningRate,
    double weightDecay,
    double clip,
    double dropout,
    float[] maskedWeights,
    float[] actionWeights,
    double scoreReg,
    double mixup) {}
