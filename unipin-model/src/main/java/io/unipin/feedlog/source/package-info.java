/** Source files of users: found by pattern, identified by content, unpacked and read row by row. */
@NullMarked
package io.unipin.feedlog.source;

import org.jspecify.annotations.NullMarked;
