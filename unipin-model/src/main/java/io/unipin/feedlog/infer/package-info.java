/** Infers what the columns of unknown files mean, and writes the mapping that imports them. */
@NullMarked
package io.unipin.feedlog.infer;

import org.jspecify.annotations.NullMarked;
