/** What the stages of a page cost that a bundle may have or lack: counts and pre-ranking. */
@NullMarked
package io.unipin.benchmarks.stages;

import org.jspecify.annotations.NullMarked;
