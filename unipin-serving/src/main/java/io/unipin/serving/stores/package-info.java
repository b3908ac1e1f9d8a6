/** Opens a server's history store, and writes and restores backups of all stores of a server. */
@NullMarked
package io.unipin.serving.stores;

import org.jspecify.annotations.NullMarked;
