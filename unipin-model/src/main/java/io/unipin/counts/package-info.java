/**
 * Counts of a feed log, and the part of ranking that is linear in these counts: tables of counts,
 * the inputs that the tables give for a candidate, and the weights of the inputs.
 */
@NullMarked
package io.unipin.counts;

import org.jspecify.annotations.NullMarked;
