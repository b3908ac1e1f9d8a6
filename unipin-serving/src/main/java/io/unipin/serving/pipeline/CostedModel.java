package io.unipin.serving.pipeline;

import io.unipin.model.ModelConfig;

/** A model's shape and what its stages cost. */
record CostedModel(ModelConfig config, StageCosts costs) {}
