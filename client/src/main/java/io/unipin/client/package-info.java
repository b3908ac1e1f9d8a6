/** Clients of a server: a client for the feed's calls and a client for the admin port. */
@NullMarked
package io.unipin.client;

import org.jspecify.annotations.NullMarked;
