/** Commands that put, delete and show items of a running server. */
@NullMarked
package io.unipin.cli.items;

import org.jspecify.annotations.NullMarked;
