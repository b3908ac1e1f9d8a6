/** Runs the methods of a packed archive on plain arrays, and keeps such arrays in files. */
@NullMarked
package io.unipin.model.archive;

import org.jspecify.annotations.NullMarked;
