/** Connections to servers that speak the Redis protocol. No other package creates such clients. */
@NullMarked
package io.unipin.serving.redis;

import org.jspecify.annotations.NullMarked;
