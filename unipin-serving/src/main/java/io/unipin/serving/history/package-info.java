/** The stored history of users' actions. */
@NullMarked
package io.unipin.serving.history;

import org.jspecify.annotations.NullMarked;
