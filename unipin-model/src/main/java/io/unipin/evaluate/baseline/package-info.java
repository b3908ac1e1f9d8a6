/** Baselines that stand beside every evaluation. */
@NullMarked
package io.unipin.evaluate.baseline;

import org.jspecify.annotations.NullMarked;
