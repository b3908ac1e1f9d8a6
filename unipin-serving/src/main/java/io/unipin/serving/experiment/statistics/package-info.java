/** What experiments are judged by: pure functions of numbers. */
@NullMarked
package io.unipin.serving.experiment.statistics;

import org.jspecify.annotations.NullMarked;
