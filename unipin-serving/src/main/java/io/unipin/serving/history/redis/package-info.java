/** The history store in Redis. */
@NullMarked
package io.unipin.serving.history.redis;

import org.jspecify.annotations.NullMarked;
