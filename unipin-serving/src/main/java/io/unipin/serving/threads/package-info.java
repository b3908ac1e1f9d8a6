/** Threads that run in the background. */
@NullMarked
package io.unipin.serving.threads;

import org.jspecify.annotations.NullMarked;
