/** Commands about experiments. */
@NullMarked
package io.unipin.cli.experiment;

import org.jspecify.annotations.NullMarked;
