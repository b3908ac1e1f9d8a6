/** Evaluation of a model on held-out splits of a feed log: retrieval, ranking and calibration. */
@NullMarked
package io.unipin.evaluate;

import org.jspecify.annotations.NullMarked;
