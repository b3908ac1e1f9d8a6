/** Commands that make feed logs: import, export, simulate. */
@NullMarked
package io.unipin.cli.data;

import org.jspecify.annotations.NullMarked;
