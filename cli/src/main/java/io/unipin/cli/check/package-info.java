/** What a verb checks before it begins. */
@NullMarked
package io.unipin.cli.check;

import org.jspecify.annotations.NullMarked;
