/** A page for operators and experimenters, and the JSON over HTTP that it reads. */
@NullMarked
package io.unipin.serving.console;

import org.jspecify.annotations.NullMarked;
