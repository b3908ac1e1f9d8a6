/** The command line: the commands, grouped by subject, and the code that runs them. */
@NullMarked
package io.unipin.cli;

import org.jspecify.annotations.NullMarked;
