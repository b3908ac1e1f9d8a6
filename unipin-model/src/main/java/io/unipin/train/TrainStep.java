package io.unipin.train;

import io.unipin.model.StepLoss;

/**
 * A finished step of a training.
 *
 * @param epoch number of the current epoch, from 1
 * @param epochs number of epochs of the recipe
 * @param step number of the step over all epochs, from 1
 * @param steps number of steps of all epochs
 * @param examplesPerSecond positions with a loss per second, over the latest steps
 * @param loss loss, averaged over the latest steps
 * @param secondsLeft estimated seconds to the end of the recipe at that rate
 */
public record TrainStep(
    int epoch,
    int epochs,
    long step,
    long steps,
    double examplesPerSecond,
    StepLoss loss,
    double secondsLeft) {}
