/** Checks that run before a command begins. */
@NullMarked
package io.unipin.cli.check;

import org.jspecify.annotations.NullMarked;
