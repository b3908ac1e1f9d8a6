/** How a server comes back from what is no fault of its own. */
@NullMarked
package io.unipin.benchmarks.pauses;

import org.jspecify.annotations.NullMarked;
