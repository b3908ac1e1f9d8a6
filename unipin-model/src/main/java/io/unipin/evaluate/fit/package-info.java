/** Fits a few weights to data by Newton's method. */
@NullMarked
package io.unipin.evaluate.fit;

import org.jspecify.annotations.NullMarked;
