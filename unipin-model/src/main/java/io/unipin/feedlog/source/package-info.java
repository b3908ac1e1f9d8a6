/**
 * Reads files that users provide: finds them by pattern, recognises their content, unpacks them and
 * reads them row by row.
 */
@NullMarked
package io.unipin.feedlog.source;

import org.jspecify.annotations.NullMarked;
