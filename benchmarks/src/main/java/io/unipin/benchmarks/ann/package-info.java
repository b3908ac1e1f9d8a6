/** Recall and speed of the index, compared with rivals. */
@NullMarked
package io.unipin.benchmarks.ann;

import org.jspecify.annotations.NullMarked;
