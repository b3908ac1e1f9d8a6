/** The commands about settings: their schema, their values in effect, and how two files differ. */
@NullMarked
package io.unipin.cli.config;

import org.jspecify.annotations.NullMarked;
