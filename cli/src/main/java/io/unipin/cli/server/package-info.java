/** Commands that run a server or call a running server. */
@NullMarked
package io.unipin.cli.server;

import org.jspecify.annotations.NullMarked;
