/** Checks whether the engine computes on a device of this machine. */
@NullMarked
package io.unipin.model.device;

import org.jspecify.annotations.NullMarked;
