/** The candidates of a page with their scores, and the weights that order them. */
@NullMarked
package io.unipin.evaluate.page;

import org.jspecify.annotations.NullMarked;
