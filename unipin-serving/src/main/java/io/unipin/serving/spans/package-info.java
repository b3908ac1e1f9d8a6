/** Times of the calls of other engines, such as Redis, that belong to one call of a user. */
@NullMarked
package io.unipin.serving.spans;

import org.jspecify.annotations.NullMarked;
