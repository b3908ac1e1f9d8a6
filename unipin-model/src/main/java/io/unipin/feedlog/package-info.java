/**
 * The feed log: actions, feedviews and items as a trainer reads them, in memory and on disk. The
 * format is described in {@code docs/feed-log.md}.
 */
@NullMarked
package io.unipin.feedlog;

import org.jspecify.annotations.NullMarked;
