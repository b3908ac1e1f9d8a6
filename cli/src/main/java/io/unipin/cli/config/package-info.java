/** The verbs about settings: their schema, what is in effect, and how two files differ. */
@NullMarked
package io.unipin.cli.config;

import org.jspecify.annotations.NullMarked;
