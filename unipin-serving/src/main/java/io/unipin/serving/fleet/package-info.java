/** The replicas of a fleet: who is there, with which versions, and who has erased a user. */
@NullMarked
package io.unipin.serving.fleet;

import org.jspecify.annotations.NullMarked;
