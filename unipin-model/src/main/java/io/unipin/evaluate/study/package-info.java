/** Studies of a trained model. Each one answers a single question. */
@NullMarked
package io.unipin.evaluate.study;

import org.jspecify.annotations.NullMarked;
