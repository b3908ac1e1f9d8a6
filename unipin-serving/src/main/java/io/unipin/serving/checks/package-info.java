/** Checks of the machine and of the settings before the server starts. */
@NullMarked
package io.unipin.serving.checks;

import org.jspecify.annotations.NullMarked;
