/** What the server holds of a user: one owner that records it and erases it. */
@NullMarked
package io.unipin.serving.user;

import org.jspecify.annotations.NullMarked;
