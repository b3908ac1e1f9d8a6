/**
 * Figures of an evaluation, divided into slices by items' training counts, their age and the
 * history.
 */
@NullMarked
package io.unipin.evaluate.slices;

import org.jspecify.annotations.NullMarked;
