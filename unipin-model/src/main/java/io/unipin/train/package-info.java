/** Training and evaluation of a model on a feed log: what is held out, the trainer, the metrics and their baselines. */
@NullMarked
package io.unipin.train;

import org.jspecify.annotations.NullMarked;
