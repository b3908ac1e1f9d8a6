/** Looks in a feed log for anything that would stop a training or make its result worse. */
@NullMarked
package io.unipin.feedlog.review;

import org.jspecify.annotations.NullMarked;
