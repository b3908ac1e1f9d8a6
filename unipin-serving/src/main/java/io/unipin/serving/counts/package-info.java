/** Replaces the tables of counts of loaded bundles by newer tables, without a new model. */
@NullMarked
package io.unipin.serving.counts;

import org.jspecify.annotations.NullMarked;
