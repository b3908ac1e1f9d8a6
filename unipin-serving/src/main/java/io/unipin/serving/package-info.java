/** The server, which connects all of its parts. */
@NullMarked
package io.unipin.serving;

import org.jspecify.annotations.NullMarked;
