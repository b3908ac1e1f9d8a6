/** The verb doctor: says what of the machine slows or stops UniPin. */
@NullMarked
package io.unipin.cli.doctor;

import org.jspecify.annotations.NullMarked;
