/** Fits the weights of pre-ranking, and measures how many candidates pages need with it. */
@NullMarked
package io.unipin.evaluate.prerank;

import org.jspecify.annotations.NullMarked;
