/** What an experiment did: exposures joined with outcomes. */
@NullMarked
package io.unipin.serving.experiment.report;

import org.jspecify.annotations.NullMarked;
