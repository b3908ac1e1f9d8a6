/** Reading and writing of small binary formats, within bounds. */
@NullMarked
package io.unipin.serving.bytes;

import org.jspecify.annotations.NullMarked;
