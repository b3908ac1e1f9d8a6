/**
 * How well a model retrieves and ranks on held-out parts of a feed log, and how true its
 * probabilities are.
 */
@NullMarked
package io.unipin.evaluate;

import org.jspecify.annotations.NullMarked;
