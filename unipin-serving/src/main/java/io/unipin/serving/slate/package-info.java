/** The rules that every page obeys. They do not depend on the scores of items. */
@NullMarked
package io.unipin.serving.slate;

import org.jspecify.annotations.NullMarked;
