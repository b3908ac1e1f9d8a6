/** Studies of one question each, on a trained model. */
@NullMarked
package io.unipin.evaluate.study;

import org.jspecify.annotations.NullMarked;
