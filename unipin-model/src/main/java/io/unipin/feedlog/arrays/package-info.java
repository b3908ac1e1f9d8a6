/** Growing primitive arrays, and hash tables in flat arrays. */
@NullMarked
package io.unipin.feedlog.arrays;

import org.jspecify.annotations.NullMarked;
