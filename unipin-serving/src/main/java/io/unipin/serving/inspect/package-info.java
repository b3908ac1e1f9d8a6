/** Explains a page: the items that were found, scored and removed, and the reasons. */
@NullMarked
package io.unipin.serving.inspect;

import org.jspecify.annotations.NullMarked;
