/**
 * Names of all metrics, and the HTTP endpoint that shows them. Its address is {@code
 * server.metricsHost} and {@code server.metricsPort}, of the record {@code RpcConfig}.
 */
@NullMarked
package io.unipin.serving.metrics;

import org.jspecify.annotations.NullMarked;
