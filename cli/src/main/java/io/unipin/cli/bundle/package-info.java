/** Commands about bundles and the index over their items. */
@NullMarked
package io.unipin.cli.bundle;

import org.jspecify.annotations.NullMarked;
