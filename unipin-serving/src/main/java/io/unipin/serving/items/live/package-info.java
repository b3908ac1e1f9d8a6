/** The items that a loaded bundle serves: its own, and those that callers put meanwhile. */
@NullMarked
package io.unipin.serving.items.live;

import org.jspecify.annotations.NullMarked;
