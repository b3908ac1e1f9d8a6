/** The command that runs benchmarks by name. */
@NullMarked
package io.unipin.benchmarks;

import org.jspecify.annotations.NullMarked;
