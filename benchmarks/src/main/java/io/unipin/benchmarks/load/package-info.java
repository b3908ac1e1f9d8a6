/** Open-loop load in feed sessions against a server, and what it measures. */
@NullMarked
package io.unipin.benchmarks.load;

import org.jspecify.annotations.NullMarked;
