package io.unipin.serving.rpc;

import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.tracing.Tracing;

/** Where a server says what it does. */
public record Telemetry(ServingMetrics metrics, Tracing tracing) {}
