/** Splits a feed log into training, validation and test parts. */
@NullMarked
package io.unipin.feedlog.split;

import org.jspecify.annotations.NullMarked;
