/** Divides a feed log into training, validation and test splits. */
@NullMarked
package io.unipin.feedlog.split;

import org.jspecify.annotations.NullMarked;
