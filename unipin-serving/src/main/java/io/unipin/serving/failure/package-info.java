/** Why a request could not be served. */
@NullMarked
package io.unipin.serving.failure;

import org.jspecify.annotations.NullMarked;
