/** Load for a server: sessions in an open loop, and what came of them. */
@NullMarked
package io.unipin.cli.loadtest;

import org.jspecify.annotations.NullMarked;
