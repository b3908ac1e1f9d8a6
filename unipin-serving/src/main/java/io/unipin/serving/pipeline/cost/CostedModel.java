package io.unipin.serving.pipeline.cost;

import io.unipin.model.features.ModelConfig;

/** A model's shape and what its stages cost. */
public record CostedModel(ModelConfig config, StageCosts costs) {}
