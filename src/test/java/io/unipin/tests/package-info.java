/** Tests that need several modules. */
@NullMarked
package io.unipin.tests;

import org.jspecify.annotations.NullMarked;
