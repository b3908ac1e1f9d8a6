/** Admission: who is worked on, who waits and for how long, and who is refused before any work is done. */
@NullMarked
package io.unipin.serving.admission;

import org.jspecify.annotations.NullMarked;
