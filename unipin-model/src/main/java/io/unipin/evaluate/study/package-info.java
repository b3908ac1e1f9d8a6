/** Studies of a trained model. Each study answers one question. */
@NullMarked
package io.unipin.evaluate.study;

import org.jspecify.annotations.NullMarked;
