/** The stages of a request, from a user's history to a ranked page. */
@NullMarked
package io.unipin.serving.pipeline;

import org.jspecify.annotations.NullMarked;
