/** Verbs that run a server or call one. */
@NullMarked
package io.unipin.cli.server;

import org.jspecify.annotations.NullMarked;
