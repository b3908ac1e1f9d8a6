/** Growing primitive arrays, and a hash table from longs to rows. */
@NullMarked
package io.unipin.feedlog.arrays;

import org.jspecify.annotations.NullMarked;
