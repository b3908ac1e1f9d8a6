package io.unipin.serving.pipeline.cost;

import io.unipin.model.features.ModelConfig;

/** A model's configuration, and the estimated costs of the stages with this model. */
public record CostedModel(ModelConfig config, StageCosts costs) {}
