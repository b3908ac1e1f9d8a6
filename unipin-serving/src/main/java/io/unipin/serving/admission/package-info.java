/**
 * Admission: it decides which calls run, which wait and for how long, and which are refused before
 * any work.
 */
@NullMarked
package io.unipin.serving.admission;

import org.jspecify.annotations.NullMarked;
