/** A feed whose truth is known: simulated users, items and a logging policy. */
@NullMarked
package io.unipin.feedlog.simulator;

import org.jspecify.annotations.NullMarked;
