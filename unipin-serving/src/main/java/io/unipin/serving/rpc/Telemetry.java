package io.unipin.serving.rpc;

import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.tracing.Tracing;

/** The metrics and traces of a server. */
public record Telemetry(ServingMetrics metrics, Tracing tracing) {}
