/** What the server remembers: users' actions, and the slates it served. */
@NullMarked
package io.unipin.serving.history;

import org.jspecify.annotations.NullMarked;
