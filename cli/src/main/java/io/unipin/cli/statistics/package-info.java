/** The statistics of a report: tests, intervals and adjustments. */
@NullMarked
package io.unipin.cli.statistics;

import org.jspecify.annotations.NullMarked;
