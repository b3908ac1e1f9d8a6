/**
 * The replicas of a fleet: which replicas are alive, which versions they serve, and which of them
 * have erased a user.
 */
@NullMarked
package io.unipin.serving.fleet;

import org.jspecify.annotations.NullMarked;
