package io.unipin.serving;

import io.unipin.model.Precision;

/**
 * How models are computed.
 *
 * @param precision of the layers' matrix products
 */
public record EngineConfig(Precision precision) {}
