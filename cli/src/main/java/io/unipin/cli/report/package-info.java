/** The report of an experiment: exposures joined with outcomes, arm by arm. */
@NullMarked
package io.unipin.cli.report;

import org.jspecify.annotations.NullMarked;
