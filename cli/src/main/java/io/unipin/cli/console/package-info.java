/** Output and reporting of verbs: tables, progress, figures, failures, other runs of the script. */
@NullMarked
package io.unipin.cli.console;

import org.jspecify.annotations.NullMarked;
