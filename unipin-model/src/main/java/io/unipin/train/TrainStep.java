package io.unipin.train;

import io.unipin.model.StepLoss;

/**
 * A step of a training that is done.
 *
 * @param epoch under way, from 1
 * @param epochs of the recipe
 * @param step over all epochs, from 1
 * @param steps of all epochs
 * @param examplesPerSecond positions with a loss, over the latest steps
 * @param loss averaged over the latest steps
 * @param secondsLeft to the end of the recipe, at that rate
 */
public record TrainStep(
    int epoch,
    int epochs,
    long step,
    long steps,
    double examplesPerSecond,
    StepLoss loss,
    double secondsLeft) {}
