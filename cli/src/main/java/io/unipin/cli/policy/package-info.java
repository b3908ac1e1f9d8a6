/** Estimates what another policy would have been worth, from pages with known propensities. */
@NullMarked
package io.unipin.cli.policy;

import org.jspecify.annotations.NullMarked;
