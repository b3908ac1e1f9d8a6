/**
 * Figures of an evaluation, divided into slices. The slices are made by four properties: the item's
 * count in training, the item's age, whether the item was withheld, and the length of the history.
 */
@NullMarked
package io.unipin.evaluate.slices;

import org.jspecify.annotations.NullMarked;
