/** Experiments: the assignment of users to arms and the log of exposures. */
@NullMarked
package io.unipin.serving.experiment;

import org.jspecify.annotations.NullMarked;
