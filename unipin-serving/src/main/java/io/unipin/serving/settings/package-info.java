/** All settings of a server, and how they are read. */
@NullMarked
package io.unipin.serving.settings;

import org.jspecify.annotations.NullMarked;
