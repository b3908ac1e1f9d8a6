/** What settings are made of: sizes of memory, and the complaints about a value or a file. */
@NullMarked
package io.unipin.settings;

import org.jspecify.annotations.NullMarked;
