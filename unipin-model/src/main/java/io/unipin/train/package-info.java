/**
 * Training of a model on a feed log, from a fresh start, an earlier model or an interrupted run.
 */
@NullMarked
package io.unipin.train;

import org.jspecify.annotations.NullMarked;
