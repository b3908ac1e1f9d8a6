/** Runs the command {@code try} on files of many kinds, as a person would. */
@NullMarked
package io.unipin.benchmarks.trial;

import org.jspecify.annotations.NullMarked;
