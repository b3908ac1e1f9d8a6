/** Failures of requests and their reasons. */
@NullMarked
package io.unipin.serving.failure;

import org.jspecify.annotations.NullMarked;
