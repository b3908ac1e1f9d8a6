/** Bounded reading and writing of small binary formats. */
@NullMarked
package io.unipin.serving.bytes;

import org.jspecify.annotations.NullMarked;
