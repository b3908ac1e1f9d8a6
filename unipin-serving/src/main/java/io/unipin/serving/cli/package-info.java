/** The command line: one class per verb, the demo, and what they print with. Part of the wiring. */
@NullMarked
package io.unipin.serving.cli;

import org.jspecify.annotations.NullMarked;
