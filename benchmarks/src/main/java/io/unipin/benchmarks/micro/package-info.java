/** Benchmarks of single calls: {@code unipin bench NAME}. */
@NullMarked
package io.unipin.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
