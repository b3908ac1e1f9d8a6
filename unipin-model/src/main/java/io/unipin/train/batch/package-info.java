/** Training batches: the sequences and feedviews in them, and the tensors that they become. */
@NullMarked
package io.unipin.train.batch;

import org.jspecify.annotations.NullMarked;
