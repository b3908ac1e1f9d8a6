/** The files of a log: segments of JSON lines, who owns their folder, and where each user's lines stand. */
@NullMarked
package io.unipin.serving.history.log;

import org.jspecify.annotations.NullMarked;
