/** The server's checks of its machine before it starts. */
@NullMarked
package io.unipin.serving.checks;

import org.jspecify.annotations.NullMarked;
