/** Clients of a server: one for the feed's calls, one for the admin port. */
@NullMarked
package io.unipin.client;

import org.jspecify.annotations.NullMarked;
