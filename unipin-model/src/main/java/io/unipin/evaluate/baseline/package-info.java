/** Baselines that every evaluation reports beside the model. */
@NullMarked
package io.unipin.evaluate.baseline;

import org.jspecify.annotations.NullMarked;
