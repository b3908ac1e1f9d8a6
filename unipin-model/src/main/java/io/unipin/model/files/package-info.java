/** The model's program and weights, and the files that hold them. */
@NullMarked
package io.unipin.model.files;

import org.jspecify.annotations.NullMarked;
