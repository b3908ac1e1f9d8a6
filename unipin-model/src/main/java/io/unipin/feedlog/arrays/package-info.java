/** Primitive arrays that grow, and a table from longs to rows. */
@NullMarked
package io.unipin.feedlog.arrays;

import org.jspecify.annotations.NullMarked;
