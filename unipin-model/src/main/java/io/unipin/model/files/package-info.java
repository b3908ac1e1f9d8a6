/** The model's program and weights, and the files in which they are stored. */
@NullMarked
package io.unipin.model.files;

import org.jspecify.annotations.NullMarked;
