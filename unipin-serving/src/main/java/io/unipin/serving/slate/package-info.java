/** The rules that every page obeys, whatever the scores of its items. */
@NullMarked
package io.unipin.serving.slate;

import org.jspecify.annotations.NullMarked;
