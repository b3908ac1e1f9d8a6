/** Benchmarks of the model's passes. */
@NullMarked
package io.unipin.benchmarks.model;

import org.jspecify.annotations.NullMarked;
