package io.unipin.train;

import java.nio.file.Path;

/**
 * A finished training.
 *
 * @param model folder of the best model, which {@link io.unipin.model.ServingModel#load} reads, and of {@code recipe.yaml},
 *     all settings that trained it
 * @param epochs epochs that were trained
 * @param steps optimiser steps
 * @param best validation of the best model
 * @param seconds of training and validation, those before an interruption that a checkpoint kept
 *     included
 * @param examples positions with a loss that these seconds trained on: targets, masked actions and
 *     labelled candidates
 */
public record TrainResult(
    Path model, int epochs, long steps, Validation best, double seconds, long examples) {}
