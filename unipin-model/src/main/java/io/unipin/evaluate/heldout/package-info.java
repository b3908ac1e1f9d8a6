/** The held-out log on which a model is evaluated, its targets, and the items that two models have. */
@NullMarked
package io.unipin.evaluate.heldout;

import org.jspecify.annotations.NullMarked;
