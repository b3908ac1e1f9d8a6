/**
 * Figures of an evaluation, divided into slices. The slices are made by the training count and age
 * of an item, by whether it was withheld, and by the length of the history.
 */
@NullMarked
package io.unipin.evaluate.slices;

import org.jspecify.annotations.NullMarked;
