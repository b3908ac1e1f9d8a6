/** The command line: its verbs by subject, and how one is run. */
@NullMarked
package io.unipin.cli;

import org.jspecify.annotations.NullMarked;
