/** The pages of a feed, and the cursors that lead from one page to the next. */
@NullMarked
package io.unipin.serving.pipeline.paging;

import org.jspecify.annotations.NullMarked;
