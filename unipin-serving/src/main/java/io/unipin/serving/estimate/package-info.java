/** Estimates of cost from measured times. They recover from disturbances by themselves. */
@NullMarked
package io.unipin.serving.estimate;

import org.jspecify.annotations.NullMarked;
