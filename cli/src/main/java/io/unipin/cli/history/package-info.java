/** The commands that copy, save and restore the stored state of servers. */
@NullMarked
package io.unipin.cli.history;

import org.jspecify.annotations.NullMarked;
