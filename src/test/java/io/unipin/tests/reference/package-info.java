/**
 * Makes the pages of {@code docs/reference} from the code, and checks that the pages in the
 * repository are up to date.
 */
@NullMarked
package io.unipin.tests.reference;

import org.jspecify.annotations.NullMarked;
