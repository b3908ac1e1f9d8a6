/**
 * The output of commands: tables, progress, figures and failures. Also runs the script in other
 * processes.
 */
@NullMarked
package io.unipin.cli.console;

import org.jspecify.annotations.NullMarked;
