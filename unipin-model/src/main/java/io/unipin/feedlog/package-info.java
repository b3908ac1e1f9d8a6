/**
 * The feed log, in memory and on disk: the actions, feedviews and items that a trainer reads.
 * {@code docs/feed-log.md} describes the format.
 */
@NullMarked
package io.unipin.feedlog;

import org.jspecify.annotations.NullMarked;
