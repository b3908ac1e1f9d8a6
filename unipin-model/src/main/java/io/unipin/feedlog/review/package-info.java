/** Looks for what a training on a feed log would refuse or regret. */
@NullMarked
package io.unipin.feedlog.review;

import org.jspecify.annotations.NullMarked;
