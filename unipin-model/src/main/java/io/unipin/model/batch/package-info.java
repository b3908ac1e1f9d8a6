/** Gathers the calls of several users, and lays their numbers out for one call of the program. */
@NullMarked
package io.unipin.model.batch;

import org.jspecify.annotations.NullMarked;
