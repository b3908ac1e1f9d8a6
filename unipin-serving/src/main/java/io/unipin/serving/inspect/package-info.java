/** A page with the reasons for it: what was found, scored and removed, and why. */
@NullMarked
package io.unipin.serving.inspect;

import org.jspecify.annotations.NullMarked;
