/** The RPCs of the admin port that change items: their messages, limits and streams. */
@NullMarked
package io.unipin.serving.rpc.items;

import org.jspecify.annotations.NullMarked;
