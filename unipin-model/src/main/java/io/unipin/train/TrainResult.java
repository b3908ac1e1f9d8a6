package io.unipin.train;

import java.nio.file.Path;

/**
 * A finished training.
 *
 * @param model folder of the best model, which {@link io.unipin.model.ServingModel#load} reads
 * @param epochs epochs that were trained
 * @param steps optimiser steps
 * @param best validation of the best model
 * @param seconds spent by this run
 */
public record TrainResult(Path model, int epochs, long steps, Validation best, double seconds) {}
