/** Logs of served pages and recorded actions, and their conversion into a feed log. */
@NullMarked
package io.unipin.serving.log;

import org.jspecify.annotations.NullMarked;
