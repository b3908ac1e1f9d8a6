/** The rules that a page obeys, whatever its items score. */
@NullMarked
package io.unipin.serving.slate;

import org.jspecify.annotations.NullMarked;
