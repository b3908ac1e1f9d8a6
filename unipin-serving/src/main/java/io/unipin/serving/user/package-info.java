/** The server's data about users, with one owner that records and erases it. */
@NullMarked
package io.unipin.serving.user;

import org.jspecify.annotations.NullMarked;
