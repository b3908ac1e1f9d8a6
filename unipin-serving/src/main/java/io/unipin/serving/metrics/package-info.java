/**
 * Names of all metrics, and the HTTP endpoint that shows the metrics. The settings {@code
 * server.metricsHost} and {@code server.metricsPort} (record {@code RpcConfig}) give the endpoint's
 * address.
 */
@NullMarked
package io.unipin.serving.metrics;

import org.jspecify.annotations.NullMarked;
