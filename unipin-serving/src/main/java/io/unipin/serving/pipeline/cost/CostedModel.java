package io.unipin.serving.pipeline.cost;

import io.unipin.model.features.ModelConfig;

/** A model's configuration and the costs of its stages. */
public record CostedModel(ModelConfig config, StageCosts costs) {}
