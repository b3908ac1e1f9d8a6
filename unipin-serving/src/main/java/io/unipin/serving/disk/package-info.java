/** Key-value databases on the local disk. */
@NullMarked
package io.unipin.serving.disk;

import org.jspecify.annotations.NullMarked;
