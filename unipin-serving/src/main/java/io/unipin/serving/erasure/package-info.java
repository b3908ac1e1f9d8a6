/** Erasures of users in a log that all replicas of a fleet read. */
@NullMarked
package io.unipin.serving.erasure;

import org.jspecify.annotations.NullMarked;
