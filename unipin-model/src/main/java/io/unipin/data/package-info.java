/**
 * The feed log: actions, feedviews and items as a trainer reads them, on disk and in memory, with importers and a feed
 * simulator. The format is described in {@code docs/feed-log.md}.
 */
@NullMarked
package io.unipin.data;

import org.jspecify.annotations.NullMarked;
