/** How a feed log is cut into what trains, validates and tests. */
@NullMarked
package io.unipin.feedlog.split;

import org.jspecify.annotations.NullMarked;
