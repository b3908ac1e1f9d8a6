/** Names of all metrics, and the HTTP endpoint that shows them. */
@NullMarked
package io.unipin.serving.metrics;

import org.jspecify.annotations.NullMarked;
