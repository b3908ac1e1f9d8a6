/** The HTTP ports for operators. */
@NullMarked
package io.unipin.serving.http;

import org.jspecify.annotations.NullMarked;
