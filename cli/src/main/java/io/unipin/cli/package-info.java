/** The command line: its verbs by subject, and the code that runs them. */
@NullMarked
package io.unipin.cli;

import org.jspecify.annotations.NullMarked;
