/** The servers that benchmarks start, in processes of their own. */
@NullMarked
package io.unipin.benchmarks.server;

import org.jspecify.annotations.NullMarked;
