/** The files of a log: segments of lines, indexed by user. */
@NullMarked
package io.unipin.serving.log.segment;

import org.jspecify.annotations.NullMarked;
