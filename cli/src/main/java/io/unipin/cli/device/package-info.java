/** The commands that prepare and try a graphics card. */
@NullMarked
package io.unipin.cli.device;

import org.jspecify.annotations.NullMarked;
