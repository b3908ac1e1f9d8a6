/** Imports files of any shape into a feed log, by a mapping in YAML. */
@NullMarked
package io.unipin.feedlog.imports;

import org.jspecify.annotations.NullMarked;
