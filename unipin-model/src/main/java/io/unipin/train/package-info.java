/**
 * Training of a model on a feed log: from random weights, an earlier model or an interrupted run.
 */
@NullMarked
package io.unipin.train;

import org.jspecify.annotations.NullMarked;
