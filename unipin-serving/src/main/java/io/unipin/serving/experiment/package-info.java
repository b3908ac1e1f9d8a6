/** Experiments: which arm a user gets, what is logged of it, and what it did. */
@NullMarked
package io.unipin.serving.experiment;

import org.jspecify.annotations.NullMarked;
