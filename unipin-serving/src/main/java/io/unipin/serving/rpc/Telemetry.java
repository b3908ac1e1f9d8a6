package io.unipin.serving.rpc;

import io.unipin.serving.audit.AuditLog;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.tracing.Tracing;

/** The metrics, the traces and the audit log of a server. */
public record Telemetry(ServingMetrics metrics, Tracing tracing, AuditLog audit) {}
