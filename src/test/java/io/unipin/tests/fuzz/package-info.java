/** Programs that pass hostile bytes to readers, and the inputs that once broke them. */
@NullMarked
package io.unipin.tests.fuzz;

import org.jspecify.annotations.NullMarked;
