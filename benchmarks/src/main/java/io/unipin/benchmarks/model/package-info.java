/** What the model's passes cost. */
@NullMarked
package io.unipin.benchmarks.model;

import org.jspecify.annotations.NullMarked;
