/** The time that one RPC spent in calls to external engines, such as Redis. */
@NullMarked
package io.unipin.serving.spans;

import org.jspecify.annotations.NullMarked;
