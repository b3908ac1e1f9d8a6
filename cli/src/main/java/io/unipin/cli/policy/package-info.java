/** Estimates the reward that another policy would have had, from pages with known propensities. */
@NullMarked
package io.unipin.cli.policy;

import org.jspecify.annotations.NullMarked;
