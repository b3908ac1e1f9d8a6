/** What the values of a table's columns look like, before their meaning is known. */
@NullMarked
package io.unipin.feedlog.infer.profile;

import org.jspecify.annotations.NullMarked;
