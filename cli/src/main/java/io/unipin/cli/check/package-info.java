/** Checks that run before a verb begins. */
@NullMarked
package io.unipin.cli.check;

import org.jspecify.annotations.NullMarked;
