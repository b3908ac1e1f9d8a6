/** The stores of a server as a whole: opening, copies, backups. */
@NullMarked
package io.unipin.serving.stores;

import org.jspecify.annotations.NullMarked;
