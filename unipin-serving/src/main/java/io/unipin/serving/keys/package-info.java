/** Items as callers name them: by id or by key. */
@NullMarked
package io.unipin.serving.keys;

import org.jspecify.annotations.NullMarked;
