/** Verbs that train models and measure them. */
@NullMarked
package io.unipin.cli.training;

import org.jspecify.annotations.NullMarked;
