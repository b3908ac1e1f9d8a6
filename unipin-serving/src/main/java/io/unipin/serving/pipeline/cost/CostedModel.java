package io.unipin.serving.pipeline.cost;

import io.unipin.model.features.ModelConfig;

/** A model's shape with the costs of its stages. */
public record CostedModel(ModelConfig config, StageCosts costs) {}
