/** Programs that feed hostile bytes to what reads them, and the inputs that once broke it. */
@NullMarked
package io.unipin.tests.fuzz;

import org.jspecify.annotations.NullMarked;
