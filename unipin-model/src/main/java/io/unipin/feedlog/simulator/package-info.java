/** A simulated feed with known true probabilities: users, items and a logging policy. */
@NullMarked
package io.unipin.feedlog.simulator;

import org.jspecify.annotations.NullMarked;
