/** Clients of a server: the feed's calls, and those of its administration. */
@NullMarked
package io.unipin.client;

import org.jspecify.annotations.NullMarked;
