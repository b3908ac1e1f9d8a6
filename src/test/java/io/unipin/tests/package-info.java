/** Tests of what crosses modules. */
@NullMarked
package io.unipin.tests;

import org.jspecify.annotations.NullMarked;
