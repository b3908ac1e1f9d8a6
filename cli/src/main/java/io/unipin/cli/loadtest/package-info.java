/** Load for a server: sessions in an open loop, and the figures that the load test measures. */
@NullMarked
package io.unipin.cli.loadtest;

import org.jspecify.annotations.NullMarked;
