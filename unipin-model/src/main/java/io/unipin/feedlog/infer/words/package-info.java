/** The words in names of columns and of actions, in several languages. */
@NullMarked
package io.unipin.feedlog.infer.words;

import org.jspecify.annotations.NullMarked;
