/** Whether experiments can be trusted: assignment and statistics tried out on users that are made up. */
@NullMarked
package io.unipin.benchmarks.experiment;

import org.jspecify.annotations.NullMarked;
