/** The command doctor, which says which parts of the machine slow UniPin down or stop it. */
@NullMarked
package io.unipin.cli.doctor;

import org.jspecify.annotations.NullMarked;
