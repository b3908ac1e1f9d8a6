package io.unipin.train.recipe;

import io.unipin.model.features.AttributeConfig;

/** Sizes of the model that a recipe trains; see {@link io.unipin.model.features.ModelConfig}. */
public record ModelShape(
    int itemDim,
    int width,
    int layers,
    int heads,
    int kvHeads,
    int feedForward,
    boolean gated,
    int maxHistory,
    AttributeConfig attributes,
    int contentPath,
    int window,
    int globalRows,
    int windowLayers) {}
