/** The verbs that copy, save and restore what servers store. */
@NullMarked
package io.unipin.cli.history;

import org.jspecify.annotations.NullMarked;
