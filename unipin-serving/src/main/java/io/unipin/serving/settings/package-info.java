/** All settings of a server, and the code that reads them. */
@NullMarked
package io.unipin.serving.settings;

import org.jspecify.annotations.NullMarked;
