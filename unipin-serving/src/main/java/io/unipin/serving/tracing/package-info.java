/** Traces of calls, for OpenTelemetry collectors. */
@NullMarked
package io.unipin.serving.tracing;

import org.jspecify.annotations.NullMarked;
