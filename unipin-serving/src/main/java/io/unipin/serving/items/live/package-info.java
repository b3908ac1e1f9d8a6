/**
 * The items that a loaded bundle serves: its own items, and items that callers put while it serves.
 */
@NullMarked
package io.unipin.serving.items.live;

import org.jspecify.annotations.NullMarked;
