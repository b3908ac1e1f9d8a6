/** Figures of an evaluation by slices: by what training knew of an item, its age, and the history. */
@NullMarked
package io.unipin.evaluate.slices;

import org.jspecify.annotations.NullMarked;
