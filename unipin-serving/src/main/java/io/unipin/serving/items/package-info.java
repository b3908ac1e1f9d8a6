/** Items that callers put and delete while bundles serve, and the store that keeps them. */
@NullMarked
package io.unipin.serving.items;

import org.jspecify.annotations.NullMarked;
