/**
 * The model: its program, configuration, weights and serving runtime.
 *
 * <p>Configuration ({@link io.unipin.model.ModelConfig}), weights (safetensors) and per-request state (the caller's KV
 * block) are separate; a loaded model is immutable.
 */
@NullMarked
package io.unipin.model;

import org.jspecify.annotations.NullMarked;
