/** Files as users have them: what they hold, unpacked, found by pattern, read row by row. */
@NullMarked
package io.unipin.feedlog.source;

import org.jspecify.annotations.NullMarked;
