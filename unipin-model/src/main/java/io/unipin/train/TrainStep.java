package io.unipin.train;

import io.unipin.model.StepLoss;

/**
 * A finished step of a training.
 *
 * @param epoch number of the current epoch, from 1
 * @param epochs largest number of epochs, as the recipe states it
 * @param step number of the step over all epochs, from 1
 * @param steps number of steps of all epochs
 * @param examplesPerSecond number of targets, masked actions and labelled candidates that were
 *     trained on per second, over the latest steps
 * @param loss loss, averaged over the latest steps
 * @param secondsLeft estimated seconds until all epochs of the recipe are trained, at the current
 *     speed
 */
public record TrainStep(
    int epoch,
    int epochs,
    long step,
    long steps,
    double examplesPerSecond,
    StepLoss loss,
    double secondsLeft) {}
