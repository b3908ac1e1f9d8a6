/** Training batches: which sequences and feedviews they hold, and the tensors they become. */
@NullMarked
package io.unipin.train.batch;

import org.jspecify.annotations.NullMarked;
