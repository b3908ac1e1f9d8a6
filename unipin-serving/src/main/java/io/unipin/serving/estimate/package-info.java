/** What is learned from measured times, so that it comes back by itself after whatever disturbed it. */
@NullMarked
package io.unipin.serving.estimate;

import org.jspecify.annotations.NullMarked;
