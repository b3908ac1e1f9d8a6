/** The server: its configuration, its errors and its wiring. */
@NullMarked
package io.unipin.serving;

import org.jspecify.annotations.NullMarked;
