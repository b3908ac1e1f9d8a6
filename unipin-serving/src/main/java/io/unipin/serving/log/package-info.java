/** Logs of what was served and recorded, and their way back into a feed log. */
@NullMarked
package io.unipin.serving.log;

import org.jspecify.annotations.NullMarked;
