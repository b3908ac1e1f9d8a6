/** Redis and Kafka as processes of their own, for benchmarks, the demo and tests of a fleet. */
@NullMarked
package io.unipin.benchmarks.engines;

import org.jspecify.annotations.NullMarked;
