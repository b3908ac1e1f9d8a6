/** The report of an experiment. It joins exposures with outcomes and compares the arms. */
@NullMarked
package io.unipin.cli.report;

import org.jspecify.annotations.NullMarked;
