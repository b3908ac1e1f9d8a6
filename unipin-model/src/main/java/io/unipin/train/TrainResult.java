package io.unipin.train;

import java.nio.file.Path;

/**
 * Result of a finished training.
 *
 * @param model folder of the best model, which {@link io.unipin.model.ServingModel#load} reads; its
 *     {@code recipe.yaml} has all settings
 * @param epochs number of trained epochs
 * @param steps number of optimiser steps
 * @param best validation of the best model
 * @param seconds seconds of training and validation; in a resumed training, including the seconds
 *     that the checkpoint recorded
 * @param examples number of targets, masked actions and labelled candidates that were trained on in
 *     these seconds
 */
public record TrainResult(
    Path model, int epochs, long steps, Validation best, double seconds, long examples) {}
