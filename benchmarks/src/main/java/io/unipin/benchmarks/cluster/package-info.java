/** The benchmark of a fleet: what users notice while replicas and engines die. */
@NullMarked
package io.unipin.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
